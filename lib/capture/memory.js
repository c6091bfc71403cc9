// @ts-check
'use strict';

/**
 * How much memory this process may still take before somebody kills it: the host's reserve, or what the
 * tightest control group around us (a container, or a slice above it) has left.
 *
 * Everything is read through a given function, so that tests can lay out any machine as a few strings.
 */

/** @typedef {(file: string) => Promise<string>} ReadFile */

/**
 * @typedef {object} Available
 * @property {number} bytes what is left
 * @property {number | null} limit the limit it is counted from; null for the host
 * @property {string} where the control group's directory, or "host"
 */

/** Version 1 writes this, or a little less, for "no limit". */
const V1_UNLIMITED = 2 ** 62;

/**
 * The tightest of all bounds, or null where none can be read.
 * @param {object} system
 * @param {string} system.platform
 * @param {ReadFile} system.readFile
 * @param {() => number} system.freemem
 * @returns {Promise<Available | null>}
 */
async function readAvailableMemory({ platform, readFile, freemem }) {
  // What macOS counts as free leaves out all it would give back at once: worse than knowing nothing.
  if (platform === 'darwin') return null;
  if (platform !== 'linux') return { bytes: freemem(), limit: null, where: 'host' };
  const bounds = await readControlGroups(readFile);
  const host = /^MemAvailable:\s+(\d+) kB/m.exec(await readOr(readFile, '/proc/meminfo', ''));
  bounds.push({ bytes: host ? Number(host[1]) * 1024 : freemem(), limit: null, where: 'host' });
  return bounds.reduce((tightest, bound) => (bound.bytes < tightest.bytes ? bound : tightest));
}

/**
 * @param {ReadFile} readFile
 * @returns {Promise<Available[]>}
 */
async function readControlGroups(readFile) {
  const membership = await readOr(readFile, '/proc/self/cgroup', '');
  const mounts = await readOr(readFile, '/proc/self/mountinfo', '');
  /** @type {Available[]} */
  const bounds = [];
  for (const { version, mountPoint, root } of memoryMounts(mounts)) {
    for (const directory of directoriesUpwards(mountPoint, root, groupOf(membership, version))) {
      const bound = await readBound(readFile, version, directory);
      if (bound) bounds.push(bound);
    }
  }
  return bounds;
}

/**
 * Where the memory controller is mounted. A line of mountinfo reads
 * `36 35 98:0 /root /mount/point options… - type source super,options`.
 * @param {string} mountinfo
 */
function memoryMounts(mountinfo) {
  /** @type {Array<{ version: 1 | 2, mountPoint: string, root: string }>} */
  const found = [];
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    if (after === undefined) continue;
    const [type, , superOptions = ''] = after.split(' ');
    const [, , , root, mountPoint] = before.split(' ').map(unescapeOctal);
    if (type === 'cgroup2') found.push({ version: 2, mountPoint, root });
    else if (type === 'cgroup' && superOptions.split(',').includes('memory')) {
      found.push({ version: 1, mountPoint, root });
    }
  }
  return found;
}

/** @param {string} field spaces and the like are written as \040 in mountinfo */
function unescapeOctal(field) {
  return field.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

/**
 * The path of our own group: `0::/path` for version 2, `4:memory:/path` for version 1.
 * @param {string} membership
 * @param {1 | 2} version
 */
function groupOf(membership, version) {
  for (const line of membership.split('\n')) {
    const [id, controllers, ...rest] = line.split(':');
    const ours =
      version === 2 ? id === '0' && controllers === '' : controllers?.split(',').includes('memory');
    if (ours) return rest.join(':');
  }
  return '/';
}

/**
 * The group's directory and all above it up to the mount: a limit on a parent binds as well.
 * Inside a container the mount often shows only a part of the tree (its root field), while the group's path is
 * told from the top of the host: then the common part is cut off, and what cannot be found is the mount itself.
 * @param {string} mountPoint
 * @param {string} root
 * @param {string} group
 * @returns {string[]}
 */
function directoriesUpwards(mountPoint, root, group) {
  let inside = group;
  if (root !== '/') inside = group === root || group.startsWith(`${root}/`) ? group.slice(root.length) : '/';
  const parts = inside.split('/').filter((part) => part !== '' && part !== '..');
  const directories = [];
  for (let length = parts.length; length >= 0; length--) {
    directories.push([mountPoint === '/' ? '' : mountPoint, ...parts.slice(0, length)].join('/'));
  }
  return directories;
}

/**
 * @param {ReadFile} readFile
 * @param {1 | 2} version
 * @param {string} directory
 * @returns {Promise<Available | null>}
 */
async function readBound(readFile, version, directory) {
  const [limitFile, usageFile, cacheName] =
    version === 2
      ? ['memory.max', 'memory.current', 'inactive_file']
      : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'];
  const limit = parseInt(await readOr(readFile, `${directory}/${limitFile}`, 'max'), 10);
  if (!(limit < V1_UNLIMITED)) return null;
  const usage = parseInt(await readOr(readFile, `${directory}/${usageFile}`, ''), 10);
  if (!(usage >= 0)) return null;
  // File pages that were not used for a while are dropped before anybody is killed. Counting them as used
  // would refuse captures in every container that has read some files.
  const statistics = await readOr(readFile, `${directory}/memory.stat`, '');
  const cache = new RegExp(`^${cacheName} (\\d+)$`, 'm').exec(statistics);
  const used = Math.max(0, usage - Number(cache?.[1] ?? 0));
  return { bytes: Math.max(0, limit - used), limit, where: directory };
}

/**
 * @param {ReadFile} readFile
 * @param {string} file
 * @param {string} otherwise
 */
async function readOr(readFile, file, otherwise) {
  try {
    return await readFile(file);
  } catch {
    return otherwise;
  }
}

module.exports = { readAvailableMemory };
