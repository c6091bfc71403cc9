// @ts-check
/**
 * Runs every fuzz target for a while, one after another, and tells what each saw: `node scripts/fuzz.js [seconds] [target…]`,
 * ten minutes each when nothing is said. On Linux these are of the processor: on a machine with other work, minutes on the
 * wall may be seconds of it. Needs a nightly toolchain and cargo-fuzz (docs/fuzzing.md); without them the targets count as
 * skipped. What is found stays in fuzz/artifacts.
 */
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

const { root } = require('./run');

const [seconds = '600', ...wanted] = process.argv.slice(2);

/** What a target tells of itself as it goes: `#68662 NEW cov: 8383 ft: 23454 corp: 1934/837Kb … exec/s: 184`. */
const PROGRESS = /^#(?<runs>\d+)\s+\S+\s+cov: (?<coverage>\d+).* corp: (?<corpus>\d+)\//;
/** The exit code of a target that was stopped, which is no fault. */
const STOPPED = 72;
/** Ticks of a process's clock in a second, on every Linux. */
const TICKS = 100;

/** Where cargo-fuzz puts what it builds. */
function built() {
  const { stdout } = spawnSync('rustc', ['-vV'], { encoding: 'utf8' });
  return path.join(root, 'fuzz', 'target', /^host: (.+)$/m.exec(stdout)?.[1] ?? '', 'release');
}

/**
 * Seconds of the processor that a process has used; `undefined` where nobody says, and when it has ended.
 * @param {number | undefined} pid
 */
function workOf(pid) {
  try {
    // The name, in brackets, may hold anything.
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / TICKS;
  } catch {
    return undefined;
  }
}

/**
 * Runs one target, and shows all that it prints but its progress, which is a line for every input it keeps.
 * @param {string} target @param {string[]} args
 * @returns {Promise<{ ok: boolean, work: number, last: Record<string, string> }>}
 */
function run(target, args) {
  console.log(`\n── ${target} ${args.join(' ')}`);
  const started = Date.now();
  // One thread does the work: inputs are small, and the fuzzer sees the same order each time.
  const child = spawn(path.join(built(), target), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, RAYON_NUM_THREADS: '1', ASAN_OPTIONS: 'detect_odr_violation=0' },
  });
  return new Promise((resolve) => {
    /** @type {Record<string, string>} */
    let last = {};
    let work = 0;
    const timer = setInterval(() => {
      work = workOf(child.pid) ?? (Date.now() - started) / 1000;
      if (work >= Number(seconds)) child.kill('SIGINT');
    }, 500);
    readline.createInterface({ input: child.stderr }).on('line', (line) => {
      const { groups } = PROGRESS.exec(line) ?? {};
      if (groups) last = groups;
      else if (!/NEW_FUNC/.test(line)) console.error(line);
    });
    /** @param {boolean} ok */
    const end = (ok) => {
      clearInterval(timer);
      resolve({ ok, work, last });
    };
    child.on('error', () => end(false));
    child.on('close', (code) => end(code === 0 || code === STOPPED));
  });
}

async function main() {
  const seeds = path.join(root, 'fuzz', 'seeds');
  const targets = wanted.length > 0 ? wanted : fs.readdirSync(seeds).sort();
  const has = spawnSync('cargo', ['+nightly', 'fuzz', '--version'], { encoding: 'utf8' });
  if (has.status !== 0) {
    console.log('cargo-fuzz or the nightly toolchain is not installed: docs/fuzzing.md');
    console.log(`0 passed, 0 failed, ${targets.length} skipped`);
    return;
  }
  if (spawnSync('cargo', ['+nightly', 'fuzz', 'build'], { cwd: root, stdio: 'inherit' }).status !== 0) {
    console.log(`0 passed, ${targets.length} failed`);
    process.exitCode = 1;
    return;
  }
  const rows = [];
  let failed = 0;
  for (const target of targets) {
    // What the fuzzer keeps goes where it may grow; the seeds in git are only read.
    const corpus = path.join('fuzz', 'corpus', target);
    fs.mkdirSync(path.join(root, corpus), { recursive: true });
    const args = [
      '-dict=fuzz/snapshot.dict',
      `-artifact_prefix=fuzz/artifacts/${target}/`,
      '-max_len=4096',
      '-len_control=0',
      // On the wall, so that a machine with other work is given time.
      '-timeout=120',
      // A stream is read on a thread that nobody waits for, which on its way out looks like a leak.
      '-detect_leaks=0',
      '-rss_limit_mb=3000',
      corpus,
      path.join('fuzz', 'seeds', target),
    ];
    fs.mkdirSync(path.join(root, 'fuzz', 'artifacts', target), { recursive: true });
    const { ok, work, last } = await run(target, args);
    const { runs, coverage, corpus: kept } = last;
    if (!ok) failed += 1;
    rows.push(
      `${target}: ${ok ? 'held' : 'FAILED'}, ${Math.round(work)} s, ${runs ?? '?'} runs, coverage ${coverage ?? '?'}, corpus ${kept ?? '?'}`,
    );
  }
  console.log(`\n${rows.join('\n')}`);
  console.log(`${targets.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
