'use strict';

/**
 * Programs that tests start, wait for, talk to by signals, and end.
 */

const { spawn } = require('node:child_process');

/** Node's own options that a developer may have set are not part of a test. */
const { NODE_OPTIONS: _, HEAP_SNAPSHOT_DIR: __, ...inherited } = process.env;

/**
 * Starts a program that prints a line when it is ready, and ends it with the test.
 * @param {{ after(fn: () => unknown): void }} t
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, command?: string, ready?: RegExp }} [options]
 */
async function start(t, args, { cwd, env = {}, command = process.execPath, ready = /ready/ } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  t.after(() => {
    child.kill('SIGKILL');
    return closed;
  });
  const program = { child, pid: child.pid, stdout: '', stderr: '', closed, until };
  child.stdout.setEncoding('utf8').on('data', (text) => (program.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (program.stderr += text));
  /** @param {() => unknown} look */
  async function until(look, what = String(look)) {
    for (const deadline = Date.now() + 30_000; ;) {
      const found = look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`never came: ${what}\n${program.stdout}\n${program.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await until(() => ready.test(program.stdout), 'the start');
  return program;
}

module.exports = { start };
