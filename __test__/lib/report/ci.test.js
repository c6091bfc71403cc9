'use strict';

/**
 * What is written for CI is read by others: SARIF is compiled against the types that are made from its schema, JUnit is
 * read by two parsers that are not ours.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const test = require('node:test');
const { findLeaks, report } = require('../../..');
const { artifact } = require('../../../lib/report/ci/sarif');
const { HOSTILE, hostileAnswer } = require('../../helpers/hostile-answer');
const { root, run, runCli } = require('../../helpers/run');
const { DECLARED_AT, takeSeries } = require('../../helpers/series');
const { temporaryDirectory } = require('../../helpers/temporary');

const runners = path.join(root, '__test__', 'runners');
const inRunners = createRequire(path.join(runners, 'package.json'));
const directory = temporaryDirectory(test);
/** @type {string[]} */
let leaking;

test.before(async () => {
  leaking = await takeSeries(directory, 'leaking');
});

/** An answer with a finding of every kind: failing, accepted, growing, drained, without a file. */
function mixed() {
  const answer = hostileAnswer();
  const [, known, growth, drained, node, url] = answer.findings;
  Object.assign(known, {
    status: 'known',
    accepted: { fingerprint: known.fingerprint, since: '2024-05-01', why: 'it <is> "known"' },
  });
  Object.assign(growth, { grade: 'growth' });
  Object.assign(drained, { grade: 'drained' });
  node.holder = { id: 5, name: 'Map', class: 'Map' };
  node.addedIn = undefined;
  node.allocatedIn = { place: { file: 'node:events', line: 3 } };
  url.holder.place = { file: 'webpack://shop/./src/a.ts', line: 2 };
  return answer;
}

/** @param {string} xml */
async function readJunit(xml) {
  const { XMLValidator, XMLParser } = inRunners('fast-xml-parser');
  assert.equal(XMLValidator.validate(xml), true);
  const parsed = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    processEntities: true,
  }).parse(xml);
  const { parse } = await import(
    path.join(
      runners,
      'node_modules',
      'junit2json',
      inRunners('junit2json/package.json').module ?? 'dist/esm/index.js',
    )
  );
  return { parsed, suites: await parse(xml) };
}

test('SARIF has the shape of its schema, whatever is in the heap', async () => {
  const answers = [
    await findLeaks({ snapshots: leaking }),
    mixed(),
    { ...mixed(), findings: [], verdict: 'clean' },
    { ...mixed(), findings: [], conclusive: false },
  ];
  const logs = answers.map(
    (answer, index) => `export const log${index}: Log = ${report(answer, { format: 'sarif' })};`,
  );
  // A literal may have no key that the schema has not, and must have all that are required.
  const source = `import type { Log } from ${JSON.stringify(path.join(runners, 'node_modules', '@types', 'sarif', 'index.js'))};\n${logs.join('\n')}`;
  const wrong = source.replace('"ruleId"', '"rule"').replace('"level": "error"', '"level": "bad"');
  const files = Object.entries({ good: source, wrong }).map(([name, text]) => {
    const file = path.join(directory, `${name}.mts`);
    fs.writeFileSync(file, text);
    return file;
  });
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'node16'];
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')];
  const { stdout } = await run([compiler, ...options, ...types, ...files]);
  // In one run, since the compiler takes seconds to start; that it would complain is seen by the other file.
  assert.doesNotMatch(stdout, /good\.mts/);
  assert.match(stdout, /wrong\.mts/);
});

test('SARIF: a result has its place in the working directory, its fingerprint, its rule and its severity', async () => {
  const sarif = path.join(directory, 'leaks.sarif');
  const args = ['find-leaks', '--snapshots', ...leaking, '--sarif', 'leaks.sarif'];
  const { code, stderr } = await runCli(args, { cwd: directory });
  assert.deepEqual([code, stderr], [1, '']);
  const [{ results, tool, invocations }] = JSON.parse(fs.readFileSync(sarif, 'utf8')).runs;
  const [result] = results;
  const [{ physicalLocation }] = result.locations;
  assert.deepEqual(physicalLocation, {
    artifactLocation: { uri: 'app.js', uriBaseId: '%SRCROOT%' },
    region: { startLine: DECLARED_AT },
  });
  const { fingerprint, sentence } = (await findLeaks({ snapshots: leaking })).findings[0];
  assert.equal(result.partialFingerprints.primaryLocationLineHash, fingerprint);
  assert.equal(result.level, 'error');
  assert.ok(result.message.text.startsWith(sentence.slice(0, 14)));
  const rule = tool.driver.rules[result.ruleIndex];
  assert.equal(rule.id, 'global-cache');
  const page = rule.helpUri.replace(/^https:\/\/unpkg\.com\/heap-analyzer@[^/]+\//, '');
  assert.ok(fs.existsSync(path.join(root, page)), page);
  assert.equal(invocations[0].executionSuccessful, true);
});

test('SARIF: accepted ones are suppressed, the rest has the level of its grade; no links but ours', () => {
  const [{ results, invocations }] = JSON.parse(report(mixed(), { format: 'sarif' })).runs;
  assert.deepEqual(
    results.slice(0, 4).map(({ level }) => level),
    ['error', 'error', 'note', 'none'],
  );
  assert.deepEqual(results[1].suppressions, [
    { kind: 'external', justification: 'it <is> "known"; accepted since 2024-05-01' },
  ]);
  assert.ok(results.every((result, index) => (result.suppressions === undefined) === (index !== 1)));
  assert.equal(results[4].locations[0].physicalLocation, undefined);
  assert.equal(results[5].locations[0].physicalLocation.artifactLocation.uri, 'webpack://shop/src/a.ts');
  for (const { message } of results)
    assert.doesNotMatch(message.text.replace(/\\./g, ''), /[[\]\u0000-\u0009\u000b-\u001f]/);
  assert.equal(invocations[0].toolExecutionNotifications[0].level, 'warning');
  const strict = JSON.parse(report(mixed(), { format: 'sarif', failOn: 'growth' })).runs[0].results;
  assert.equal(strict[2].level, 'error');
});

test('SARIF: files by their address, below the working directory relative to it', () => {
  const here = process.cwd();
  for (const [file, expected] of [
    [path.join(here, 'src', 'a b#c.js'), { uri: 'src/a%20b%23c.js', uriBaseId: '%SRCROOT%' }],
    [`file://${here}/src/x.mjs`, { uri: 'src/x.mjs', uriBaseId: '%SRCROOT%' }],
    ['/elsewhere/x y.js', { uri: 'file:///elsewhere/x%20y.js' }],
    ['https://example.org/app.js', { uri: 'https://example.org/app.js' }],
    ['src/a.ts', { uri: 'src/a.ts', uriBaseId: '%SRCROOT%' }],
    ['node:internal/timers', null],
    ['file://%zz', null],
  ]) {
    if (process.platform !== 'win32' || !String(file).includes('elsewhere'))
      assert.deepEqual(artifact(file), expected, file);
  }
});

test('JUnit: failures fail, accepted ones are skipped, the rest passes; the counts agree', async () => {
  const { parsed, suites } = await readJunit(report(mixed(), { format: 'junit' }));
  const [suite] = suites.testsuite;
  const failures = suite.testcase.filter(({ failure }) => failure);
  const skipped = suite.testcase.find((each) => each.skipped);
  assert.deepEqual(
    [suite.tests, suite.failures, suite.skipped, suite.errors],
    [HOSTILE.length, failures.length, 1, 0],
  );
  assert.equal(suite.testcase.length, HOSTILE.length);
  assert.equal(failures.length, HOSTILE.length - 3);
  assert.equal(skipped.skipped[0].message, 'known and accepted: it <is> "known"');
  assert.equal(parsed.testsuites.testsuite.testcase[2].failure, undefined);
  const cases = parsed.testsuites.testsuite.testcase.map(({ name }) => name);
  assert.equal(new Set(cases).size, cases.length);
  // Names have no figures that change from run to run.
  assert.ok(cases[0].startsWith(mixed().findings[0].fingerprint) && !/grew|→/.test(cases[0]));
  assert.equal(parsed.testsuites.testsuite.testcase[0].line, '3');
});

test('JUnit: a clean answer is one test that passed, and no verdict is an error', async () => {
  const clean = await readJunit(report({ ...mixed(), findings: [] }, { format: 'junit' }));
  assert.deepEqual(
    clean.suites.testsuite[0].testcase.map(({ name, failure, error }) => [name, failure, error]),
    [['no leak is found', undefined, undefined]],
  );
  const unsure = await readJunit(
    report({ ...mixed(), findings: [], conclusive: false }, { format: 'junit' }),
  );
  assert.equal(unsure.suites.testsuite[0].errors, 1);
  assert.match(unsure.suites.testsuite[0].testcase[0].error[0].message, /^No verdict: the warning <script>/);
});

test('on the command line: several at once, known ones by the file of accepted leaks, and as strict as the exit code', async () => {
  const series = ['find-leaks', '--snapshots', ...leaking];
  const all = ['--junit', 'a.xml', '--sarif', 'a.sarif', '--report', 'a.md'];
  const found = await runCli([...series, ...all], { cwd: directory });
  assert.equal(found.code, 1);
  const read = (/** @type {string} */ name) => fs.readFileSync(path.join(directory, name), 'utf8');
  const { suites } = await readJunit(read('a.xml'));
  assert.equal(suites.testsuite[0].failures, 1);
  assert.match(read('a.md'), /^## Leak: /);
  if (process.platform !== 'win32')
    assert.equal(fs.statSync(path.join(directory, 'a.xml')).mode & 0o777, 0o600);
  await runCli([...series, '--update-ignore', 'accepted.json'], { cwd: directory });
  const known = await runCli([...series, '--ignore', 'accepted.json', ...all], { cwd: directory });
  assert.equal(known.code, 0);
  assert.equal((await readJunit(read('a.xml'))).suites.testsuite[0].skipped, 1);
  assert.equal(JSON.parse(read('a.sarif')).runs[0].results[0].suppressions.length, 1);
  const never = await runCli([...series, '--fail-on', 'never', ...all], { cwd: directory });
  assert.equal(never.code, 0);
  assert.equal((await readJunit(read('a.xml'))).suites.testsuite[0].failures, 0);
  assert.equal(JSON.parse(read('a.sarif')).runs[0].results[0].level, 'warning');
  const refused = await runCli([...series, '--junit', 'none/a.xml'], { cwd: directory });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^heap-analyzer: cannot write none\/a\.xml: no such file[^\n]*\n$/);
});

test('of other answers there is neither', async () => {
  const { analyze } = require('../../..');
  const answer = await analyze(leaking[0]);
  for (const format of ['sarif', 'junit'])
    assert.throws(() => report(answer, { format }), { code: 'ERR_HEAP_USAGE' });
});
