// @ts-check
/**
 * Runs every fuzz target for a while, one after another, and tells what each saw: `node scripts/fuzz.js [seconds] [target…]`,
 * ten minutes each when nothing is said. Needs a nightly toolchain and cargo-fuzz (docs/fuzzing.md); without them the
 * targets count as skipped. What is found stays in fuzz/artifacts.
 */
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

const { root } = require('./run');

const [seconds = '600', ...wanted] = process.argv.slice(2);

/** The targets with what a run ended with: `#68662 DONE cov: 8383 ft: 23454 corp: 1934/837Kb … exec/s: 184`. */
const ENDED = /^#(?<runs>\d+)\s+DONE\s+cov: (?<coverage>\d+).* corp: (?<corpus>\d+)\//m;

/**
 * Runs one target, and shows all that it prints but its progress, which is a line for every input it keeps.
 * @param {string} target @param {string[]} folders @param {string[]} limits
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function run(target, folders, limits) {
  const args = ['+nightly', 'fuzz', 'run', target, ...folders, '--', '-dict=fuzz/snapshot.dict', ...limits];
  console.log(`\n── cargo ${args.join(' ')}`);
  // One thread does the work: inputs are small, and the fuzzer sees the same order each time.
  const child = spawn('cargo', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, RAYON_NUM_THREADS: '1' },
  });
  return new Promise((resolve) => {
    let output = '';
    readline.createInterface({ input: child.stderr }).on('line', (line) => {
      if (/^#\d+\s+(?!DONE)/.test(line) || /NEW_FUNC/.test(line)) return;
      output += `${line}\n`;
      console.error(line);
    });
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
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
  const rows = [];
  let failed = 0;
  for (const target of targets) {
    // What the fuzzer keeps goes where it may grow; the seeds in git are only read.
    const corpus = path.join('fuzz', 'corpus', target);
    fs.mkdirSync(path.join(root, corpus), { recursive: true });
    const limits = [
      `-max_total_time=${seconds}`,
      '-max_len=4096',
      '-len_control=0',
      '-timeout=30',
      // A stream is read on a thread that nobody waits for, which on its way out looks like a leak.
      '-detect_leaks=0',
      '-rss_limit_mb=3000',
    ];
    const { ok, output } = await run(target, [corpus, path.join('fuzz', 'seeds', target)], limits);
    const { runs, coverage, corpus: kept } = ENDED.exec(output)?.groups ?? {};
    if (!ok) failed += 1;
    rows.push(
      `${target}: ${ok ? 'held' : 'FAILED'}, ${runs ?? '?'} runs, coverage ${coverage ?? '?'}, corpus ${kept ?? '?'}`,
    );
  }
  console.log(`\n${rows.join('\n')}`);
  console.log(`${targets.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
