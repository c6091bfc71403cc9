// @ts-check
'use strict';

/**
 * Snapshots of other processes: by the address of their inspector, by an HTTP endpoint, by their process id. Documented
 * for users in index.d.ts.
 *
 * However the file comes, the promises of takeHeapSnapshot hold: it is checked to its end before it has its name,
 * and when something fails there is nothing.
 */

const fs = require('node:fs/promises');
const { constants } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { HeapAnalyzerError, badArgument, fromSystem } = require('../../errors');
const { loadNative } = require('../../native');
const { abortSignal, flag, readOptions, readPath } = require('../../options');
const { checkAndPack, giveName, giveNameOfOurs, refuseTakenNames } = require('../finish');
const { defaultDirectory, packingOf } = require('../names');
const { refuseWithPath } = require('../options');
const {
  FILE_NAME,
  PACKED_NAME,
  isAlive,
  makePrivateDirectory,
  removePrivateDirectory,
  sweepLeftovers,
} = require('../private-directory');
const { captureInto, preflightReport } = require('../private-snapshot');
const { listOwnThreads } = require('../threads');
const { fetchEstimate, fetchSnapshot, readUrl } = require('./endpoint');
const { shownUrl } = require('./http');
const { closeInspector, listInspected, openInspected } = require('./inspect');
const { askNode, askOurHandler, findWay, openItsInspector, untilClosed } = require('./pid');
const { known, readTarget, refuseForeign } = require('./options');
const { settlePacking } = require('./unpack');

/** @typedef {import('./options').RemoteOptions} RemoteOptions */

/** Long enough for a heap of many GB. */
const TIMEOUT_MS = 15 * 60 * 1000;

/**
 * @param {unknown} target
 * @param {unknown} [destination]
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
async function takeHeapSnapshotFrom(target, destination, options) {
  const read = readOptions('takeHeapSnapshotFrom', options, known);
  const { kind, value } = readTarget(target);
  refuseForeign('takeHeapSnapshotFrom', kind, read);
  read.signal?.throwIfAborted();
  const place = await placeFor(destination, read);
  if (kind === 'inspect') return byInspector(value, { kind: 'inspector' }, place);
  if (kind === 'endpoint') return byEndpoint(readUrl(value), place);
  return byPid(value, place);
}

/**
 * The same process again and again. With the end of any session of an inspector V8 forgets the ids of all objects, so
 * that nothing can be followed from one snapshot to the next: where an inspector is the way, one session serves them all.
 * @param {unknown} target
 * @param {RemoteOptions} access
 * @returns {Promise<{ source: import('../source').Source | null, take: (destination?: string, options?: RemoteOptions) => Promise<any>, close: () => Promise<void> }>}
 *   `source`: the session, where there is one. Rejects at once where no snapshot could be taken.
 */
async function openRemote(target, access) {
  const { kind, value } = readTarget(target);
  const way = kind === 'pid' ? findWay(value, access.allowInspector ?? false) : null;
  if (kind === 'inspect' || way?.way.kind === 'inspector') {
    const { allowInspector: _, ...rest } = access;
    const opened = way === null ? null : await openItsInspector(way.looked, way.way, access);
    const source = await openInspected(opened ? `127.0.0.1:${opened.port}` : value, rest);
    const as = opened ? { kind: 'pid', target: value } : { kind: 'inspector' };
    return {
      source,
      async take(destination, options = {}) {
        const read = readOptions('takeHeapSnapshotFrom', { ...rest, ...options }, known);
        read.signal?.throwIfAborted();
        const place = await placeFor(destination, read);
        return throughInspector(source, as, place, () => {});
      },
      async close() {
        source.close();
        if (way && opened && !opened.wasOpen) await closeAgain(way.looked, opened.port);
      },
    };
  }
  return {
    source: null,
    take: (destination, options = {}) => takeHeapSnapshotFrom(target, destination, { ...access, ...options }),
    async close() {},
  };
}

/**
 * @param {unknown} destination
 * @param {RemoteOptions} read
 * @returns {Promise<Place>}
 */
async function placeFor(destination, read) {
  const given = destination === undefined ? undefined : path.resolve(readPath(destination, 'path'));
  refuseWithPath(given, read);
  loadNative();
  if (given !== undefined) await refuseTakenNames(given, read.overwrite ?? false);
  return {
    given,
    options: { ...read, compress: read.compress ?? (given === undefined ? false : packingOf(given)) },
  };
}

/** @typedef {{ given: string | undefined, options: RemoteOptions }} Place where the snapshot is to go, and how */

/** @param {Place} place */
const directoryOf = ({ given, options }) =>
  given === undefined ? defaultDirectory(options.directory) : Promise.resolve(path.dirname(given));

/**
 * @param {unknown} address
 * @param {{ kind: string, target?: number }} as how the answer is to tell it
 * @param {Place} place
 */
async function byInspector(address, as, place) {
  const source = await openInspected(address, place.options);
  return throughInspector(source, as, place, () => source.close());
}

/**
 * @param {import('../source').Source} source
 * @param {{ kind: string, target?: number }} as how the answer is to tell it
 * @param {Place} place
 * @param {() => void} captured when the other side is needed no more
 */
async function throughInspector(source, as, place, captured) {
  const { options } = place;
  let directory;
  let snapshot;
  try {
    directory = await directoryOf(place);
    if (as.target !== undefined) await expectProcess(source, as.target);
    const { onProgress } = options;
    snapshot = await captureInto(
      source,
      { ...options, onProgress: (fraction) => onProgress?.({ phase: 'capturing', fraction }) },
      directory,
    );
  } finally {
    captured();
  }
  try {
    const { pauseMs, meta } = snapshot;
    const told = { pauseMs, meta, source: { ...snapshot.source, ...as } };
    return await finish(snapshot.file, false, told, directory, place);
  } finally {
    await snapshot.remove();
  }
}

/**
 * @param {import('../source').Source} source
 * @param {number} pid
 */
async function expectProcess(source, pid) {
  const found = (await source.see()).pid;
  if (found === pid) return;
  throw new HeapAnalyzerError('ERR_HEAP_REMOTE', `that inspector is of process ${found}, and not of ${pid}`);
}

/**
 * @param {URL} url
 * @param {Place} place
 */
async function byEndpoint(url, place) {
  return throughPrivateFile(place, async (file) => {
    const { pauseMs, meta } = await fetchSnapshot(url, file, place.options);
    return { pauseMs, meta, source: { kind: 'endpoint', target: shownUrl(url) } };
  });
}

/**
 * @param {number} pid
 * @param {Place} place
 */
async function byPid(pid, place) {
  const { allowInspector = false, timeoutMs = TIMEOUT_MS, signal: abort } = place.options;
  const { looked, way } = findWay(pid, allowInspector);
  const source = { kind: 'pid', target: pid };
  const waiting = { timeoutMs, signal: abort };
  if (way.kind === 'inspector') {
    const { port, wasOpen } = await openItsInspector(looked, way, { signal: abort });
    try {
      // Those of the other ways say nothing to an inspector.
      const { allowInspector: _, timeoutMs: __, ...options } = place.options;
      return await byInspector(`127.0.0.1:${port}`, source, { ...place, options });
    } finally {
      if (!wasOpen) await closeAgain(looked, port);
    }
  }
  return throughPrivateFile(place, async (file) => {
    const {
      file: theirs,
      sha256,
      ...told
    } = {
      sha256: undefined,
      ...(way.kind === 'signal'
        ? await askOurHandler(looked, way, waiting)
        : await askNode(looked, way, waiting)),
    };
    try {
      await fs.copyFile(theirs, file, constants.COPYFILE_FICLONE);
      await fs.chmod(file, 0o600);
    } catch (error) {
      throw fromSystem(error, `copy ${theirs}, which process ${pid} has written`);
    }
    // What our handler wrote is the app's, in its own directory. What Node wrote is nobody's but ours who asked.
    const done = way.kind === 'node' ? () => fs.unlink(theirs).catch(() => {}) : undefined;
    return { ...told, source, sha256, done };
  });
}

/**
 * What cannot be closed is told, but the snapshot is there and stays.
 * @param {import('./proc').Looked} looked
 * @param {number} port
 */
async function closeAgain(looked, port) {
  try {
    await closeInspector(port);
    await untilClosed(looked, port);
  } catch (error) {
    if (!isAlive(looked.pid)) return;
    const why = /** @type {Error} */ (error).message;
    const message = `the inspector of process ${looked.pid} on port ${port} could not be closed again: ${why}`;
    process.emitWarning(message, 'HeapAnalyzerWarning');
  }
}

/**
 * Brings a file from elsewhere into a private directory, and finishes it there.
 * @param {Place} place
 * @param {(file: string) => Promise<{ pauseMs?: number, meta: any, source: object, sha256?: string, done?: () => unknown }>} bring
 */
async function throughPrivateFile(place, bring) {
  const directory = await directoryOf(place);
  await sweepLeftovers(directory);
  const own = await makePrivateDirectory(directory);
  const { signal: abort } = place.options;
  try {
    const file = path.join(own, FILE_NAME);
    const { sha256, done, ...told } = await bring(file);
    const scratch = path.join(own, PACKED_NAME);
    if (sha256 !== undefined) await expectSame(file, sha256, abort);
    const { packed } = await settlePacking(file, place.options.compress ?? false, { scratch, signal: abort });
    const answer = await finish(file, packed, told, directory, place);
    await done?.();
    return answer;
  } catch (error) {
    if (abort?.aborted) throw abort.reason;
    throw fromSystem(error, `write a snapshot in ${directory}`);
  } finally {
    await removePrivateDirectory(own);
  }
}

/**
 * @param {string} file
 * @param {string} sha256
 * @param {AbortSignal} [abort]
 */
async function expectSame(file, sha256, abort) {
  const { createHash } = require('node:crypto');
  const { createReadStream } = require('node:fs');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    abort?.throwIfAborted();
    hash.update(chunk);
  }
  if (hash.digest('hex') === sha256) return;
  throw new HeapAnalyzerError(
    'ERR_HEAP_REMOTE',
    'the copy is not the snapshot that was taken: its SHA-256 differs',
  );
}

/**
 * @param {string} file
 * @param {boolean} packed
 * @param {{ pauseMs?: number, meta: any, source: object }} told
 * @param {string} directory
 * @param {Place} place
 */
async function finish(file, packed, told, directory, { given, options }) {
  const finished = await checkAndPack(file, { ...options, packed }).catch((error) => {
    if (error.code !== 'ERR_HEAP_CAPTURE') throw error;
    const { target } = /** @type {any} */ (told.source);
    const why = error.cause?.message ?? error.message;
    const message = `what came from ${target} is no whole snapshot: ${why}`;
    throw new HeapAnalyzerError('ERR_HEAP_REMOTE', message, { cause: error });
  });
  return given === undefined
    ? giveNameOfOurs(finished, directory, told)
    : giveName(finished, given, { ...told, overwrite: options.overwrite ?? false });
}

/**
 * How the target would be asked, and what that would cost where it can be known.
 * @param {unknown} target
 * @param {unknown} [options]
 */
async function estimateHeapSnapshotFrom(target, options) {
  const read = readOptions('estimateHeapSnapshotFrom', options, known);
  const { kind, value } = readTarget(target);
  const place = path.resolve(read.directory ?? (process.env.HEAP_SNAPSHOT_DIR || '.'));
  if (kind === 'inspect') {
    const source = await openInspected(value, read);
    try {
      return { way: 'inspector', preflight: await preflightReport(source, place) };
    } finally {
      source.close();
    }
  }
  if (kind === 'endpoint') {
    const own = await makePrivateDirectory(os.tmpdir());
    try {
      const preflight = await fetchEstimate(readUrl(value), path.join(own, FILE_NAME), read);
      return { way: 'endpoint', preflight };
    } finally {
      await removePrivateDirectory(own);
    }
  }
  const { way } = findWay(value, read.allowInspector ?? false);
  return { way: way.kind, signal: way.signal, preflight: null };
}

/**
 * @param {unknown} [target] another process; left out: this one
 * @param {unknown} [options]
 */
async function listThreads(target, options) {
  if (target === undefined) return listOwnThreads();
  const { kind, value } = readTarget(target);
  if (kind !== 'inspect') throw badArgument('target', '{ inspect }', target);
  return listInspected(
    value,
    readOptions('listThreads', options, { signal: abortSignal, allowRemote: flag }),
  );
}

module.exports = { openRemote, takeHeapSnapshotFrom, estimateHeapSnapshotFrom, listThreads };
