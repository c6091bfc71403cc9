// @ts-check
'use strict';

/**
 * `heap-analyzer view FILE…`: the heap in a browser, answered by the engine as one clicks.
 */

const { addCache, openCache } = require('../cache');
const { BadValue, addExamples, addThreads, integerFrom } = require('../options');

/** Seconds, minutes, hours: `90s`, `30m`, `8h`; a bare number is seconds. @param {string} text */
function seconds(text) {
  const { number, unit = 's' } = /^(?<number>\d+(?:\.\d+)?)(?<unit>[smh])?$/.exec(text)?.groups ?? {};
  const value = Number(number) * { s: 1, m: 60, h: 3600 }[/** @type {'s' | 'm' | 'h'} */ (unit)];
  // Longer than a timer of Node can be set.
  if (!(value > 0) || value > 2_000_000) throw new BadValue('It takes a time such as 90s, 30m or 8h');
  return value;
}

/** @param {string} text */
function port(text) {
  const value = integerFrom(0)(text);
  if (value > 65535) throw new BadValue('It takes a port, 0 to 65535');
  return value;
}

/**
 * @param {import('commander').Command} command
 * @param {import('../main').Context} context
 */
function define(command, context) {
  command
    .name('view')
    .description('Show snapshots in the browser: verdict, map, classes, every object. Ends with Ctrl-C.')
    .argument('<files...>', 'the snapshots, in the order they were taken')
    .option('--no-open', 'print the link and open no browser')
    .option('--port <n>', 'listen on this port of 127.0.0.1 (default: one that is free)', port)
    .option('--idle-timeout <time>', 'end when nothing was asked for so long: 90s, 30m, 8h', seconds)
    .option('--source-maps <dir>', 'where the source maps of bundles are, if not beside them')
    .option('-q, --quiet', 'no progress on the terminal');
  addThreads(command);
  addCache(command);
  addExamples(command, [
    'heap-analyzer view heap.heapsnapshot',
    'heap-analyzer view a.heapsnapshot b.heapsnapshot c.heapsnapshot --idle-timeout 30m',
  ]);
  command.action((files, options) => run(files, options, context));
}

/**
 * @typedef {object} ViewFlags
 * @property {boolean} open
 * @property {number} [port]
 * @property {number} [idleTimeout] seconds
 * @property {string} [sourceMaps]
 * @property {number} [threads]
 * @property {boolean} [quiet]
 *
 * @param {string[]} files
 * @param {ViewFlags & import('../cache').CacheFlags} options
 * @param {import('../main').Context} context
 */
async function run(files, options, context) {
  const path = require('node:path');
  const { answersAbout } = require('../../lib/view/answers');
  const { openBrowser } = require('../../lib/view/open-browser');
  const { serveViewer } = require('../../lib/view/server');
  const { totalBytes } = require('../input');
  const { progressLine } = require('../render/progress');

  await lookAt(files);
  const { quiet = false, threads, sourceMaps, port: wanted, idleTimeout } = options;
  const { signal, stdout, stderr, env } = context;
  const cache = openCache(options, context);
  const progress = progressLine({ stream: () => stderr, quiet, totalBytes: totalBytes(files) });
  const answers = answersAbout(files, {
    threads,
    sourceMaps,
    cache: cache.indexing,
    signal,
    onProgress: progress.update,
  });
  const last = files.length - 1;
  const server = await serveViewer({
    port: wanted,
    idleMs: idleTimeout === undefined ? undefined : idleTimeout * 1000,
    answer: answers.answer,
    page: {
      mode: 'live',
      command: 'view',
      home: last > 0 ? 'verdict' : 'overview',
      files: files.map((file) => ({ name: path.basename(file), path: path.resolve(file) })),
      questions: [
        ...(last > 0 ? ['leaks', `comparison/0/${last}`] : []),
        `analysis/${last}`,
        ...((await answers.hasTimeline()) ? [`timeline/${last}`] : []),
      ],
    },
  });
  const stop = () => void server.close();
  signal.addEventListener('abort', stop, { once: true });
  const opened = options.open && (await openBrowser(server.url, { env }));
  const first = opened ? 'Opened in the browser:' : 'Open this link; it works once:';
  // The link by itself, so that it stays in one piece.
  stdout.write(`${first}\n${server.url}\nCtrl-C ends the viewer.\n`);
  // What is wrong with a file, the page says where it is asked for; here it ends the command, as elsewhere.
  const prepared = answers.prepare(cache.write).finally(progress.end);
  try {
    await Promise.race([prepared.then(() => server.closed), server.closed]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    await server.close();
    await prepared.catch(() => {});
    await cache.write();
    await answers.close();
  }
}

/**
 * Before a browser is opened: whether the files are there, and can be read as often as one clicks.
 * @param {string[]} files
 */
async function lookAt(files) {
  const { stat } = require('node:fs/promises');
  const { HeapAnalyzerError, fromSystem } = require('../../lib/errors');
  for (const file of files) {
    if (file === '-')
      throw new HeapAnalyzerError(
        'ERR_HEAP_USAGE',
        'the viewer reads files, and nothing from a pipe: it reads again',
      );
    const stats = await stat(file).catch((error) => {
      throw fromSystem(error, `read ${file}`);
    });
    if (stats.isDirectory()) throw new HeapAnalyzerError('ERR_HEAP_IS_DIRECTORY', `${file} is a directory`);
  }
}

module.exports = { define };
