'use strict';

/**
 * Markdown is held against a renderer that follows the specifications of CommonMark and of GitHub's additions: what comes
 * out as HTML must have our elements only, and every hostile name in it as text.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { analyze, compare, findLeaks, report } = require('../../..');
const { snapshotText } = require('../../helpers/snapshot');
const { takeSeries } = require('../../helpers/series');
const { temporaryDirectory } = require('../../helpers/temporary');
const { hostileAnswer, HOSTILE } = require('../../helpers/hostile-answer');

const runners = path.join(__dirname, '..', '..', 'runners', 'node_modules');
const directory = temporaryDirectory(test);
/** @type {(markdown: string) => string} */
let html;
/** @type {string[]} */
let leaking;

test.before(async () => {
  const [{ micromark }, { gfm, gfmHtml }] = await Promise.all(
    ['micromark/index.js', 'micromark-extension-gfm/index.js'].map(
      (file) => import(path.join(runners, file)),
    ),
  );
  // HTML is let through, as GitHub does for harmless elements: so it would show.
  html = (markdown) =>
    micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  leaking = await takeSeries(directory, 'leaking');
});

/** Tags without their attributes. @param {string} rendered */
const elements = (rendered) => new Set([...rendered.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name));

/** What a reader sees. @param {string} rendered */
const textOf = (rendered) =>
  rendered
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name]);

const OURS = ['h2', 'h3', 'h4', 'p', 'ul', 'ol', 'li', 'strong', 'code', 'pre', 'a', 'em'];
const OF_TABLES = ['table', 'thead', 'tbody', 'tr', 'th', 'td'];

test('a leak: verdict, sentence, holder, places, growth, evidence, path and advice, in this order', async () => {
  const answer = await findLeaks({ snapshots: leaking });
  const [finding] = answer.findings;
  const text = report(answer, { format: 'markdown' });
  assert.equal(text, report(answer));
  const rendered = html(text);
  assert.deepEqual(
    [...elements(rendered)].filter((name) => ![...OURS, ...OF_TABLES].includes(name)),
    [],
  );
  const seen = textOf(rendered);
  let from = 0;
  for (const part of [
    'Leak: 1 leak over 3 snapshots',
    finding.sentence,
    'Grade: leak: grew in every interval',
    '(global-cache)',
    `sessions, Map @${finding.holder.id}`,
    `Accept as: ${finding.fingerprint}`,
    '1,500',
    ...finding.evidence.map((line) => line.replaceAll('`', '')),
    '⟨context⟩ sessions',
    finding.advice,
    'leaking-c.heapsnapshot',
  ]) {
    const at = seen.indexOf(part, from);
    assert.ok(at >= 0, `${part} is not in\n${seen.slice(from)}`);
    from = at;
  }
  const rows = [...rendered.matchAll(/<td align="right">([^<]*)<\/td>/g)].map(([, cell]) => cell.trim());
  assert.deepEqual(rows.slice(4, 8), ['2', '1,000', '500', '+60.0 kB']);
  assert.match(
    rendered,
    /<a href="https:\/\/unpkg\.com\/heap-analyzer@[^"]*\/docs\/patterns\/global-cache\.md">/,
  );
});

test('an analysis and a comparison have what the terminal says, hints first', async () => {
  const analysis = await analyze(leaking[2], { sections: 'all', top: 30 });
  const shown = textOf(html(report(analysis)));
  assert.ok(shown.indexOf(analysis.findings[0].sentence) < shown.indexOf('Classes by retained size (25 of '));
  for (const { name } of analysis.classes.slice(0, 25)) assert.ok(shown.includes(name), name);
  assert.ok(!shown.includes(`\n${analysis.classes[29].name}\n`));
  for (const title of ['Biggest objects', 'Packages by', 'Source files by', 'Equal strings'])
    assert.ok(shown.includes(title));

  const comparison = await compare(leaking[0], leaking[2]);
  const changed = textOf(html(report(comparison)));
  const { added } = /Session\s+(?<added>[\d,]+)\s+0\s+\+1,000/.exec(changed)?.groups ?? {};
  assert.equal(added, '1,000');
  assert.match(changed, /What grew, and who holds it \(\d+\)/);
  assert.match(textOf(html(report(await compare(leaking[0], leaking[0])))), /No class differs/);
});

test('whatever is in a heap stays text', () => {
  const rendered = html(report(hostileAnswer()));
  assert.deepEqual(
    [...elements(rendered)].filter((name) => ![...OURS, ...OF_TABLES].includes(name)),
    [],
  );
  // Not even a link but ours, and nothing that GitHub would take for a person or an issue outside of code.
  for (const [, target] of rendered.matchAll(/href="([^"]*)"/g))
    assert.match(target, /^https:\/\/unpkg\.com\/heap-analyzer@/);
  const outside = rendered.replace(/<code[^>]*>[^<]*<\/code>/g, '');
  assert.doesNotMatch(textOf(outside), /[@#]\w|:\/\/|GH-\d|:tada:|\$/);
  assert.doesNotMatch(rendered, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  const seen = textOf(rendered).replaceAll('\ufffd', '');
  for (const name of HOSTILE) {
    const words = name.replace(/[\u0000-\u001f\u007f-\u009f\u202e]/g, '').trim();
    assert.ok(seen.includes(words), `${JSON.stringify(name)} is not to be seen`);
  }
});

test('names of a real heap that are markup: rows keep their columns', async () => {
  const file = path.join(directory, 'hostile.heapsnapshot');
  const nodes = HOSTILE.map((name, index) => ({ type: 'object', name, id: 3 + 2 * index, size: 100 }));
  const edges = nodes.map((_, index) => ({ type: 'element', name: index, to: index + 1 }));
  fs.writeFileSync(file, snapshotText([{ type: 'synthetic', name: '', id: 1, edges }, ...nodes]));
  const analysis = await analyze(file, { all: true });
  const rendered = html(report(analysis));
  assert.deepEqual(
    [...elements(rendered)].filter((name) => ![...OURS, ...OF_TABLES].includes(name)),
    [],
  );
  for (const [row] of rendered.matchAll(/<tr>\n<td>.*?<\/tr>/gs))
    assert.ok([3, 4, 5].includes(row.split('<td').length - 1), row);
  const cells = new Set(
    [...rendered.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => textOf(cell).replaceAll('\ufffd', '')),
  );
  assert.ok(analysis.classes.length > HOSTILE.length - 3);
  for (const { name } of analysis.classes)
    assert.ok(cells.has(name.replace(/[\u0000-\u001f\u202e]/g, '').trim()), JSON.stringify(name));
});

test('however much there is, the length is bounded, and what is left out is counted', async () => {
  const many = hostileAnswer(300);
  for (const maxLength of [4000, 10_000, 60_000, undefined]) {
    const text = report(many, { maxLength });
    assert.ok(text.length <= (maxLength ?? 60_000), `${text.length}`);
    assert.match(
      text,
      /more findings not told here|Left out, as this report has at most [\d,]+ characters: .*finding/,
    );
  }
  const all = report(many, { maxLength: 1e7 });
  assert.equal(all.match(/^### \d+\. /gm)?.length, 10);
  assert.equal(all.match(/^\d+\. /gm)?.length, 50);
  assert.match(all, /240 more findings not told here\./);
});

test('wrong use is told in one sentence', () => {
  for (const [args, sentence] of [
    [[], /an answer of analyze\(\), compare\(\) or findLeaks\(\)/],
    [[{ snapshots: [] }], /an answer of analyze/],
    [[hostileAnswer(), { format: 'pdf' }], /for `format` but received "pdf"/],
    [[hostileAnswer(), { formt: 'markdown' }], /did you mean `format`/],
    [[hostileAnswer(), { maxLength: 3 }], /an integer from 4000/],
  ]) {
    assert.throws(
      () => report(...args),
      (error) => error.code === 'ERR_HEAP_USAGE' && sentence.test(error.message),
    );
  }
});
