// `npm install` in a checkout on a machine without Rust says in one sentence what to install.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

test('without cargo the build says what to install', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [path.join(__dirname, '..', 'scripts', 'build.js')],
    {
      env: { ...process.env, PATH: path.join(__dirname, 'nothing-here') },
      encoding: 'utf8',
    },
  );
  assert.equal(status, 1);
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.match(stderr, /needs Rust.*rustup\.rs/);
});
