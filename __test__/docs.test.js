// What the documentation shows is run as a reader would run it: the JavaScript of a page in its order, in a folder of
// its own, and every `npx heap-analyzer` line after it, on the files that the JavaScript left.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const vm = require('node:vm');

const root = path.join(__dirname, '..');

/** @param {string} page @param {string} language */
function blocks(page, language) {
  const text = fs.readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);
}

/** @param {string} folder @returns {string[]} its pages, and those of the folders in it */
function markdown(folder) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')))
    .sort();
}

/** A project in which our package is installed. @param {{ after(fn: () => void): void }} t */
function project(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-docs-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  fs.mkdirSync(path.join(dir, 'node_modules'));
  fs.symlinkSync(root, path.join(dir, 'node_modules', 'heap-analyzer'), 'dir');
  return dir;
}

/** @param {string} dir @param {string[]} args */
function runNode(dir, args) {
  return spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8', timeout: 120_000 });
}

/** Snapshots for the commands of pages whose JavaScript writes none: taken once, copied for each. */
const SNAPSHOTS = `
  const { takeHeapSnapshot } = require('heap-analyzer');
  (async () => {
    for (const name of ['before', 'after', 'app']) await takeHeapSnapshot(name + '.heapsnapshot');
  })();
`;
const shared = project(test);

/** @param {string} dir */
function placeSnapshots(dir) {
  if (!fs.existsSync(path.join(shared, 'app.heapsnapshot')))
    assert.equal(runNode(shared, ['-e', SNAPSHOTS]).status, 0);
  for (const name of fs.readdirSync(shared).filter((file) => file.includes('.heapsnapshot')))
    fs.copyFileSync(path.join(shared, name), path.join(dir, name));
}

/** What a page shows is typed in a shell after its `$`. @param {string} page */
const typed = (page) =>
  blocks(page, 'console')
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /^\$ npx heap-analyzer ([^#]*)/.exec(line)?.[1].trim() ?? []);

/** Pages that need an app around them; what they show is run by the tests of that: `__test__/serve`, `__test__/capture`, … */
const ELSEWHERE = new Set([
  'serve.md',
  'integrations.md',
  'watch.md',
  'guide.md',
  'install.md',
  'releasing.md',
  'ci.md',
  'viewer.md',
]);

const pages = markdown('docs').filter(
  (page) => !page.includes('patterns') && !ELSEWHERE.has(path.basename(page)),
);

/** What one page shows on these snapshots needs no second run for another page. @type {Set<string>} */
const ran = new Set();

for (const page of ['README.md', ...pages]) {
  const code = blocks(page, 'js').join('\n');
  const commands = typed(page).filter((command) => code !== '' || !ran.has(command));
  for (const command of commands) ran.add(command);
  if (code === '' && commands.length === 0) continue;
  test(`the examples of ${page} work as they stand`, (t) => {
    const dir = project(t);
    if (code !== '') {
      fs.writeFileSync(
        path.join(dir, 'page.js'),
        `(async () => {\n${code}\n})().catch((error) => { console.error(error); process.exitCode = 1; });\n`,
      );
      const { status, stderr } = runNode(dir, ['page.js']);
      assert.equal(status, 0, stderr);
    }
    placeSnapshots(dir);
    for (const command of commands) {
      const { status, stderr } = runNode(dir, [
        path.join('node_modules', 'heap-analyzer', 'cli', 'heap-analyzer.js'),
        ...command.split(/\s+/),
      ]);
      assert.equal(status, 0, `heap-analyzer ${command}: ${stderr}`);
    }
  });
}

const patterns = fs.readdirSync(path.join(root, 'docs', 'patterns')).map((file) => file.replace(/\.md$/, ''));

test('every kind of mistake that the engine knows has its page, and the other way round', () => {
  const folder = path.join(root, 'src', 'leaks', 'patterns');
  const ids = fs.readdirSync(folder).flatMap((file) => {
    const source = fs.readFileSync(path.join(folder, file), 'utf8');
    return [...source.matchAll(/fn id\(&self\) -> &'static str \{\s*"([a-z-]+)"/g)].map(([, id]) => id);
  });
  assert.deepEqual([...patterns].sort(), ids.sort());
  const declared = fs.readFileSync(path.join(root, 'index.d.ts'), 'utf8');
  const overview = fs.readFileSync(path.join(root, 'docs', 'leaks.md'), 'utf8');
  for (const id of ids) {
    assert.ok(declared.includes(`| '${id}'`), `${id} is not declared`);
    assert.ok(overview.includes(`(patterns/${id}.md)`), `${id} is not in docs/leaks.md`);
  }
});

for (const id of patterns) {
  test(`docs/patterns/${id}.md has what a page has, and its code can be read`, () => {
    const page = path.join('docs', 'patterns', `${id}.md`);
    const text = fs.readFileSync(path.join(root, page), 'utf8');
    assert.ok(text.startsWith(`# ${id}: `));
    const parts = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    assert.deepEqual(parts, ['Code that does it', 'In a report', 'How to fix it']);
    for (const code of blocks(page, 'js')) assert.doesNotThrow(() => new vm.Script(code), code);
  });
}
