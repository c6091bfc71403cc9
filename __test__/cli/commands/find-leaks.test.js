'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { findLeaks } = require('../../..');
const { width } = require('../../../cli/render/text');
const { runCli } = require('../../helpers/run');
const { DECLARED_AT, takeSeries } = require('../../helpers/series');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
/** @type {string[]} */
let leaking;
/** @type {string[]} */
let healthy;

test.before(async () => {
  leaking = await takeSeries(directory, 'leaking');
  healthy = await takeSeries(directory, 'healthy');
});

const named = ([baseline, target, final]) => [
  ...['--baseline', baseline, '--target', target],
  ...(final ? ['--final', final] : []),
];
const find = (args, options) => runCli(['find-leaks', ...args], options);

test('the verdict comes first, and a finding opens with its sentence', async () => {
  for (const columns of [80, 120]) {
    const options = { cwd: directory, env: { COLUMNS: `${columns}` } };
    const { code, stdout, stderr } = await find(named(leaking), options);
    assert.equal(stderr, '');
    assert.equal(code, 1);
    assert.match(stdout, /^Leak: 1 leak over 3 snapshots\.\n\n1\. Map .sessions. in /);
    // Below the working directory, files are named relative to it.
    const sentence = stdout.slice(0, stdout.indexOf('Grade')).replace(/\s+/g, ' ');
    assert.ok(sentence.includes(` in app.js:${DECLARED_AT} grew 500 → 1,000 → 1,500 entries`), sentence);
    for (const label of ['Grade', 'Kind', 'Evidence', 'Path', 'Samples', 'Advice', 'Docs', 'Accept as']) {
      assert.match(stdout, new RegExp(`^ {3}${label} +\\S`, 'm'));
    }
    assert.match(stdout, /^Besides: [\d,]+ new objects? \(\S+ k?B\) of no finding\.$/m);
    for (const line of stdout.split('\n')) {
      assert.ok(width(line) <= columns && line === line.trimEnd(), JSON.stringify(line));
    }
  }
});

test('a healthy app: one line, and exit code 0', async () => {
  const { code, stdout, stderr } = await find(named(healthy));
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.equal(stdout, 'Clean: nothing leaks over 3 snapshots.\n');
});

test('the command of the guide works as it is typed', async (t) => {
  const project = temporaryDirectory(t);
  fs.copyFileSync(leaking[0], path.join(project, 'heap-baseline.heapsnapshot'));
  fs.copyFileSync(leaking[1], path.join(project, 'heap-after-load.heapsnapshot'));
  const command =
    'find-leaks --baseline heap-baseline.heapsnapshot --target heap-after-load.heapsnapshot --trace-all-objects';
  const { stdout, stderr } = await runCli(command.split(' '), { cwd: project });
  assert.equal(stderr, '');
  assert.match(stdout, /Map .sessions. in .*app\.js/);
  assert.match(stdout, /^All new objects, by class {2}\(/m);
  assert.match(stdout, /^Session +500 .*Map @\d+$/m);
});

test('--json is the answer of the API', async () => {
  const [{ fingerprint }] = (await findLeaks({ snapshots: leaking })).findings;
  for (const [args, options, exit] of [
    [[], {}, 1],
    [['--trace-all-objects'], { traceAllObjects: true }, 1],
    [['--min-growth', '100000'], { minGrowth: 100_000 }, 0],
    [['--final-after', 'rest'], { finalAfter: 'rest' }, 1],
    [['--ignore', fingerprint], { ignore: [fingerprint] }, 0],
  ]) {
    const { code, stdout, stderr } = await find([...named(leaking), '--json', ...args], {
      cwd: process.cwd(),
    });
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), await findLeaks({ snapshots: leaking }, options));
    assert.equal(code, exit, args.join(' '));
  }
});

test('--top limits the findings, and not the verdict', async () => {
  const text = await find([...named(leaking), '--top', '0']);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /^Leak: 1 leak over 3 snapshots\.\n\n1 more finding; --top shows more\.\n/);
  const json = await find([...named(leaking), '--top', '0', '--trace-all-objects', '--json']);
  const { verdict, findings, groups } = JSON.parse(json.stdout);
  assert.deepEqual([verdict, findings, groups, json.code], ['leak', [], [], 1]);
});

test('--fail-on decides which grades are failures', async () => {
  for (const [series, failOn, expected] of [
    [leaking, 'leak', 1],
    [leaking, 'growth', 1],
    [leaking, 'never', 0],
    [healthy, 'growth', 0],
  ]) {
    const { code } = await find([...named(series), '--fail-on', failOn, '--json']);
    assert.equal(code, expected, failOn);
  }
});

test('accepted leaks: written by --update-ignore, known from then on, told when they are fixed', async (t) => {
  const file = path.join(temporaryDirectory(t), 'accepted.json');
  const written = await find([...named(leaking), '--update-ignore', file], { cwd: directory });
  assert.equal(written.code, 0);
  assert.match(written.stdout.replace(/\n/g, ' '), /accepted\.json is written: 1 added, 0 removed\./);
  const { accepted } = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.equal(accepted.length, 1);
  assert.match(accepted[0].sentence, /^Map .sessions. in app\.js/);
  assert.match(accepted[0].since, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['accepted.json']);

  const known = await find([...named(leaking), '--ignore', file]);
  assert.equal(known.code, 0);
  assert.match(known.stdout, /^Clean: 1 known over 3 snapshots\.\n/);
  assert.match(known.stdout, /^ {3}Grade +leak, known and accepted: /m);

  accepted[0].why = 'the next release mends it';
  fs.writeFileSync(file, JSON.stringify({ accepted }));
  const again = await find([...named(leaking), '--update-ignore', file]);
  assert.equal(again.code, 0);
  assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { accepted });

  const fixed = await find([...named(healthy), '--ignore', file]);
  assert.equal(fixed.code, 0);
  assert.match(fixed.stdout.replace(/\s+/g, ' '), /Fixed: global-cache-\w+ \(Map .*was not found any more\./);
  const gone = await find([...named(healthy), '--update-ignore', file]);
  assert.equal(gone.code, 0);
  assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { accepted: [] });
});

test('--snapshot-dir: by the times of their capture, else by when they were written', async (t) => {
  const folder = temporaryDirectory(t);
  const names = ['2.heapsnapshot', '3.heapsnapshot', '1.heapsnapshot'];
  for (const [index, name] of names.entries()) {
    const file = path.join(folder, name);
    fs.copyFileSync(leaking[index], file);
    fs.utimesSync(file, 1000 + index, 1000 + index);
  }
  fs.writeFileSync(path.join(folder, 'notes.txt'), '');
  const written = await find(['--snapshot-dir', folder], { env: { COLUMNS: '80' } });
  assert.equal(written.code, 1);
  assert.match(written.stdout, /grew\s+500\s+→\s+1,000\s+→\s+1,500/);
  assert.match(written.stdout, /Taken in the order in which the files were written/);
  // The times beside the files win over those of the files.
  for (const [index, name] of names.entries()) {
    const meta = { capturedAt: `2024-05-01T00:00:0${index}Z`, pid: 12, threadId: 0 };
    fs.writeFileSync(path.join(folder, `${name}.meta.json`), JSON.stringify(meta));
    fs.utimesSync(path.join(folder, name), 9000 - index, 9000 - index);
  }
  const told = await find(['--snapshot-dir', folder]);
  assert.equal(told.code, 1);
  assert.match(told.stdout, /grew 500 → 1,000 → 1,500/);
  assert.doesNotMatch(told.stdout, /Taken in the order/);
});

test('--snapshot-dir with several processes: refused until --pid picks one', async (t) => {
  const folder = temporaryDirectory(t);
  // One by a name of ours, one by a name of Node's, one by what stands beside it.
  const names = [
    'heap-20240501T000000000Z-11-0.heapsnapshot',
    'heap-20240501T000001000Z-11-0-load.heapsnapshot',
    'Heap.20240501.000000.12.0.001.heapsnapshot',
    'mine.heapsnapshot',
  ];
  for (const [index, name] of names.entries()) fs.copyFileSync(leaking[index % 2], path.join(folder, name));
  fs.writeFileSync(path.join(folder, 'mine.heapsnapshot.meta.json'), '{"pid":13}');
  const several = await find(['--snapshot-dir', folder]);
  assert.equal(several.code, 2);
  assert.match(several.stderr, /has snapshots of 3 processes \(11, 12, 13\): choose one with --pid\n$/);
  const one = await find(['--snapshot-dir', folder, '--pid', '11', '--json']);
  assert.deepEqual(
    JSON.parse(one.stdout).snapshots.map((snapshot) => path.basename(snapshot.path)),
    names.slice(0, 2),
  );
  const lone = await find(['--snapshot-dir', folder, '--pid', '12']);
  assert.equal(lone.code, 2);
  assert.match(lone.stderr, /has only one snapshot of process 12/);
  const none = await find(['--snapshot-dir', folder, '--pid', '14']);
  assert.match(none.stderr, /has no snapshot of process 14, but of 11, 12, 13\n$/);
  fs.copyFileSync(leaking[2], path.join(folder, 'heap-20240501T000002000Z-11-1.heapsnapshot'));
  const threads = await find(['--snapshot-dir', folder, '--pid', '11']);
  assert.equal(threads.code, 2);
  assert.match(threads.stderr, /snapshots of several threads/);
});

test('snapshots that allow no verdict: said in one sentence, and no success', async () => {
  const [a, b, c] = leaking;
  for (const [series, sentence] of [
    [[c, b, a], /^No verdict: .*not in the order they were taken/],
    [[b, a, c], /^No verdict: .*not in the order they were taken/],
  ]) {
    const { code, stdout, stderr } = await find([...named(series), '--fail-on', 'never'], {
      env: { COLUMNS: '80' },
    });
    assert.equal(stderr, '');
    assert.equal(code, 2);
    assert.match(stdout.replace(/\s+/g, ' '), sentence);
    for (const line of stdout.split('\n')) assert.ok(width(line) <= 80, line);
  }
});

test('snapshots of different processes: compared by name, said in one sentence, never a failure', async () => {
  const { code, stdout } = await find(named([healthy[0], leaking[2]]));
  assert.equal(code, 0);
  assert.match(stdout.replace(/\s+/g, ' '), /Warning: .*not of the same process .* compared by name/);
});

test('one of them from a pipe', async () => {
  const [a, b] = leaking;
  const { stdout } = await find(['--snapshots', '-', b, '--json'], { input: fs.readFileSync(a) });
  const { snapshots, findings } = JSON.parse(stdout);
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.path),
    [undefined, b],
  );
  assert.equal(findings[0].holder.variable, 'sessions');
});

test('wrong usage: one sentence, exit code 2', async (t) => {
  const [a, b] = leaking;
  const empty = temporaryDirectory(t);
  const broken = path.join(empty, 'broken.json');
  fs.writeFileSync(broken, '{"accepted": 7}');
  for (const [args, sentence] of [
    [[], /which snapshots\? Give --baseline A --target B/],
    [['--baseline', a], /--target is missing/],
    [['--target', a, '--final', b], /--baseline is missing/],
    [['--snapshots', a], /one snapshot shows no growth/],
    [['--snapshots', a, b, '--final', b], /--baseline and --target and --snapshots cannot be given together/],
    [['--snapshots', a, b, '--snapshot-dir', empty], /cannot be given together/],
    [['--snapshots', a, b, '--pid', '7'], /--pid goes with --snapshot-dir/],
    [['--snapshot-dir', empty], /has no snapshot: find-leaks needs two/],
    [['--snapshot-dir', path.join(empty, 'x')], /cannot read the directory/],
    [named([a, a]), /snapshots 1 and 2 are one and the same/],
    [named(['-', '-']), /only one of the snapshots/],
    [named([a, '']), /name of the snapshot is empty/],
    [named([a, '/there/is/nothing']), /no such file/i],
    [[...named([a, b]), '--final-after', 'lunch'], /'lunch' is invalid/],
    [[...named([a, b]), '--fail-on', 'always'], /'always' is invalid/],
    [[...named([a, b]), '--min-growth', '0'], /whole number from 1/],
    [[...named([a, b]), '--ignore', './nothing.json'], /"\.\/nothing\.json" is neither/],
    [[...named([a, b]), '--ignore', broken], /broken\.json is no list of accepted leaks/],
    [[...named([a, b]), '--update-ignore', broken], /broken\.json is no list of accepted leaks/],
    [[...named([a, b]), '--trace-all-object'], /did you mean --trace-all-objects\?/],
    [[a, b], /too many arguments/],
  ]) {
    const { code, stdout, stderr } = await find(args);
    assert.equal(stdout, '');
    assert.match(stderr, /^heap-analyzer: [^\n]*\n$/);
    assert.match(stderr, sentence);
    assert.equal(code, 2, args.join(' '));
  }
});
