'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { readAvailableMemory } = require('../../../lib/capture/memory');

const MB = 1024 * 1024;
const V2_MOUNT = '31 24 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n';
const V1_MOUNT = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';

/**
 * A Linux machine as the files it shows.
 * @param {Record<string, string>} files
 * @param {string} [platform]
 */
const machine = (files, platform = 'linux') =>
  readAvailableMemory({
    platform,
    freemem: () => 777 * MB,
    async readFile(file) {
      if (!(file in files)) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return files[file];
    },
  });

const meminfo = (megabytes) => `MemTotal:       32000000 kB\nMemAvailable:   ${megabytes * 1024} kB\n`;

test('without control groups: what the host has available', async () => {
  assert.deepEqual(await machine({ '/proc/meminfo': meminfo(5000) }), {
    bytes: 5000 * MB,
    limit: null,
    where: 'host',
  });
});

test('without anything readable: what the system calls free', async () => {
  assert.equal((await machine({})).bytes, 777 * MB);
  assert.deepEqual(await machine({}, 'win32'), { bytes: 777 * MB, limit: null, where: 'host' });
});

test('macOS tells nothing that one could go by', async () => {
  assert.equal(await machine({}, 'darwin'), null);
});

test('version 2: a container that sees its own group as the root', async () => {
  const available = await machine({
    '/proc/meminfo': meminfo(5000),
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': V2_MOUNT,
    '/sys/fs/cgroup/memory.max': `${512 * MB}\n`,
    '/sys/fs/cgroup/memory.current': `${300 * MB}\n`,
  });
  assert.deepEqual(available, { bytes: 212 * MB, limit: 512 * MB, where: '/sys/fs/cgroup' });
});

test('version 2: file pages that are not in use count as available', async () => {
  const { bytes } = await machine({
    '/proc/meminfo': meminfo(5000),
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': V2_MOUNT,
    '/sys/fs/cgroup/memory.max': `${512 * MB}\n`,
    '/sys/fs/cgroup/memory.current': `${500 * MB}\n`,
    '/sys/fs/cgroup/memory.stat': `anon ${100 * MB}\nactive_file ${50 * MB}\ninactive_file ${350 * MB}\n`,
  });
  assert.equal(bytes, 362 * MB);
});

test('version 2: the tightest of all groups above binds, "max" does not', async () => {
  const available = await machine({
    '/proc/meminfo': meminfo(9000),
    '/proc/self/cgroup': '0::/system.slice/app.service\n',
    '/proc/self/mountinfo': V2_MOUNT,
    '/sys/fs/cgroup/system.slice/app.service/memory.max': 'max\n',
    '/sys/fs/cgroup/system.slice/app.service/memory.current': `${100 * MB}\n`,
    '/sys/fs/cgroup/system.slice/memory.max': `${1000 * MB}\n`,
    '/sys/fs/cgroup/system.slice/memory.current': `${990 * MB}\n`,
  });
  assert.deepEqual(available, { bytes: 10 * MB, limit: 1000 * MB, where: '/sys/fs/cgroup/system.slice' });
});

test('version 1: the group of the memory controller, and "no limit" as it is written there', async () => {
  const files = {
    '/proc/meminfo': meminfo(5000),
    '/proc/self/cgroup': '9:cpu,cpuacct:/other\n4:memory:/docker/abc\n0::/\n',
    '/proc/self/mountinfo': V1_MOUNT,
    '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': `${256 * MB}\n`,
    '/sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes': `${250 * MB}\n`,
    '/sys/fs/cgroup/memory/docker/abc/memory.stat': `inactive_file 1\ntotal_inactive_file ${50 * MB}\n`,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${9000 * MB}\n`,
  };
  assert.deepEqual(await machine(files), {
    bytes: 56 * MB,
    limit: 256 * MB,
    where: '/sys/fs/cgroup/memory/docker/abc',
  });
  files['/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes'] = '9223372036854771712\n';
  assert.equal((await machine(files)).where, 'host');
});

test('a mount that shows a part of the tree: the path of the host is cut to it', async () => {
  const mount = '35 31 0:32 /docker/abc /sys/fs/cgroup/memory\\040ro ro - cgroup cgroup rw,memory\n';
  const files = {
    '/proc/meminfo': meminfo(5000),
    '/proc/self/cgroup': '4:memory:/docker/abc/inner\n',
    '/proc/self/mountinfo': mount,
    '/sys/fs/cgroup/memory ro/inner/memory.limit_in_bytes': `${300 * MB}\n`,
    '/sys/fs/cgroup/memory ro/inner/memory.usage_in_bytes': `${100 * MB}\n`,
    '/sys/fs/cgroup/memory ro/memory.limit_in_bytes': `${200 * MB}\n`,
    '/sys/fs/cgroup/memory ro/memory.usage_in_bytes': `${150 * MB}\n`,
  };
  assert.equal((await machine(files)).bytes, 50 * MB);
});

test('nonsense in the files is no bound and no crash', async () => {
  for (const text of ['', 'x', '-1', 'NaN', '12 monkeys']) {
    const { bytes } = await machine({
      '/proc/meminfo': text,
      '/proc/self/cgroup': text,
      '/proc/self/mountinfo': `${V2_MOUNT}${text} - ${text}\n`,
      '/sys/fs/cgroup/memory.max': `${512 * MB}`,
      '/sys/fs/cgroup/memory.current': text === '12 monkeys' ? 'x' : text,
    });
    assert.equal(bytes, 777 * MB, JSON.stringify(text));
  }
});

test('a group that has used more than its limit has nothing left', async () => {
  const { bytes } = await machine({
    '/proc/meminfo': meminfo(5000),
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': V2_MOUNT,
    '/sys/fs/cgroup/memory.max': '1000',
    '/sys/fs/cgroup/memory.current': '2000',
  });
  assert.equal(bytes, 0);
});
