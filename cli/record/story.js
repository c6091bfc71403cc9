// @ts-check
'use strict';

/**
 * What a recording says: how it begins, each step when it is done, what leaks, and where the files are.
 */

const path = require('node:path');
const { count, counted, duration, signedSize, size } = require('../render/numbers');
const { clean, padEnd, padStart, wrap } = require('../render/text');

/** Of the first column, so that steps stand under each other. */
const LABEL = 10;

/**
 * @param {object} run
 * @param {import('../running/app').Observed} run.app
 * @param {URL} run.url
 * @param {number} run.connections
 * @param {string} [run.script]
 * @param {import('./session').Step[]} run.plan
 * @param {string} run.directory
 * @param {import('../render/style').Style} style
 */
function opening({ app, url, connections, script, plan, directory }, { colors, width }) {
  const load = script === undefined ? decodeURI(url.href) : script;
  const lasts = plan.reduce(
    (sum, step) => sum + ('load' in step ? step.durationMs : 'rest' in step ? step.rest : 0),
    0,
  );
  const visitors = counted(connections, 'visitor');
  const about = [
    `load: ${clean(load)}, ${visitors} at a time, ${duration(lasts)} in all; files go to ${clean(directory)}`,
    ...(app.note ? [app.note] : []),
  ];
  return [
    colors.bold(`Recording ${clean(app.name)}`),
    ...about.flatMap((text) => wrap(text, width - 2)).map((text) => `  ${text}`),
    '',
    '',
  ].join('\n');
}

/**
 * @param {any} step
 * @param {import('../render/style').Style} style
 */
function stepDone(step, { colors, width }) {
  const line = (/** @type {string} */ label, /** @type {string} */ text, paint = same) =>
    lines(label, text, paint, width);
  if (step.kind === 'rest') return line('rest', duration(step.durationMs));
  if (step.kind === 'snapshot') {
    const { name, capture, after } = step;
    const pause = capture.pauseMs === undefined ? '' : `, pause ${duration(capture.pauseMs)}`;
    const held = after && after.heapUsed !== null ? `, heap ${size(after.heapUsed)}` : '';
    const rss = after && after.rss !== null ? `, resident ${size(after.rss)}` : '';
    return line('snapshot', `${padEnd(name, 8)}  ${size(capture.sizeBytes)}${pause}${held}${rss}`);
  }
  const { stage, requests, requestsPerSecond, latencyMs, errors, non2xx, by, firstError } = step;
  const what = by === 'script' ? 'visit' : 'request';
  const label = stage === 'warm-up' ? 'warm-up' : 'load';
  const figures = `${counted(requests, what)}, ${count(Math.round(requestsPerSecond))}/s, half of them within ${waited(latencyMs.p50)}, 99 % within ${waited(latencyMs.p99)}`;
  const trouble = [
    errors > 0 && `${counted(errors, what)} failed: ${firstError ?? 'no answer'}`,
    non2xx > 0 && `${count(non2xx)} of ${count(requests)} answers had another status than 2xx`,
  ].filter((it) => it !== false);
  return line(label, figures) + trouble.map((it) => line('', clean(it), colors.yellow)).join('');
}

/** autocannon counts in whole milliseconds, and 0 is none. @param {number} milliseconds */
const waited = (milliseconds) => (milliseconds === 0 ? '1 ms' : `${milliseconds} ms`);

const same = (/** @type {string} */ text) => text;

/**
 * @param {string} label
 * @param {string} text
 * @param {(text: string) => string} paint
 * @param {number} width
 */
const lines = (label, text, paint, width) =>
  wrap(text, width - LABEL - 2)
    .map((part, index) => `${padStart(index === 0 ? label : '', LABEL)}  ${paint(part)}\n`)
    .join('');

/**
 * After an interruption or a failure.
 * @param {any[]} captures
 * @param {string} directory
 * @param {import('../render/style').Style} style
 */
function keptAfter(captures, directory, { colors }) {
  if (captures.length === 0) return '';
  const kept = [
    `\n${colors.bold(`What was done stays in ${clean(directory)}`)}: ${captures.map(nameOf).join(', ')}.`,
  ];
  if (captures.length > 1) kept.push(`  heap-analyzer find-leaks --snapshot-dir ${directory}`);
  return `${kept.join('\n')}\n`;
}

/** @param {any} capture */
const nameOf = (capture) => path.basename(capture.path);

/**
 * @param {any} answer
 * @param {string} leaks the findings as text
 * @param {string} directory
 * @param {import('../render/style').Style} style
 */
function ending({ record }, leaks, directory, { colors }) {
  const { captures, report } = record;
  const last = path.join(directory, nameOf(captures[captures.length - 1]));
  const first = path.join(directory, nameOf(captures[0]));
  return [
    '',
    ...growth(record.memory),
    leaks.trimEnd(),
    '',
    colors.bold('Look further:'),
    `  heap-analyzer compare ${first} ${last}`,
    `  heap-analyzer find-leaks --snapshot-dir ${directory} --trace-all-objects`,
    `The report is in ${path.join(directory, path.basename(report))}.`,
    '',
  ].join('\n');
}

/**
 * The heap right after the first and the last snapshot, when garbage has been collected.
 * @param {any[]} memory
 */
function growth(memory) {
  const after = memory.filter(({ when, heapUsed }) => when.startsWith('after ') && heapUsed !== null);
  if (after.length < 2) return [];
  const [first, last] = [after[0], after[after.length - 1]];
  const resident = first.rss === null ? '' : `, resident ${size(first.rss)} → ${size(last.rss)}`;
  const change = signedSize(last.heapUsed - first.heapUsed);
  return [`Heap in use ${size(first.heapUsed)} → ${size(last.heapUsed)} (${change})${resident}.`, ''];
}

/**
 * The recording as a section of the report, which is Markdown.
 * @param {any} record
 * @returns {string}
 */
function reportSection({ loads, captures, memory }) {
  const loadRows = loads.map((/** @type {any} */ it) => {
    const rate = Math.round(it.requestsPerSecond);
    const figures = [it.requests, rate, it.errors, it.non2xx, it.latencyMs.p50, it.latencyMs.p99];
    return `| ${it.stage} | ${duration(it.durationMs)} | ${figures.map(count).join(' | ')} |`;
  });
  const captureRows = captures.map((/** @type {any} */ it) => {
    const name = nameOf(it).replace(/\.heapsnapshot.*/, '');
    const after = memory.find((/** @type {any} */ look) => look.when === `after ${name}`);
    const heap = after?.heapUsed === null || !after ? '' : size(after.heapUsed);
    const rss = after?.rss === null || !after ? '' : size(after.rss);
    const pause = it.pauseMs === undefined ? '' : duration(it.pauseMs);
    return `| ${name} | ${size(it.sizeBytes)} | ${count(it.nodeCount)} | ${pause} | ${heap} | ${rss} |`;
  });
  return [
    '## The recording',
    '',
    '| load | lasted | requests | a second | failed | not 2xx | p50 ms | p99 ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...loadRows,
    '',
    '| snapshot | file | nodes | pause | heap in use after it | resident |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...captureRows,
    '',
  ].join('\n');
}

module.exports = { opening, stepDone, keptAfter, ending, reportSection };
