// @ts-check
'use strict';

/**
 * Writes a heap as tables into a directory: lines of JSON by ourselves, Parquet by `hyparquet-writer`, which is a peer
 * that only those install who want that, and Arrow likewise. In batches, so that memory does not grow with the heap.
 */

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { HeapAnalyzerError, fromSystem } = require('../errors');
const { arrowWriter } = require('./arrow');
const { loadPeer } = require('./peer');
const { TABLES } = require('./tables');

/**
 * @typedef {object} Writer
 * @property {(batch: Record<string, any[]>) => Promise<void>} write
 * @property {() => Promise<void>} end
 * @property {() => Promise<void>} abandon so that the file can be removed
 */

/** @type {Record<string, (file: string, columns: Record<string, import('./tables').ColumnType>) => Promise<Writer>>} */
const FORMATS = { ndjson: lineWriter, parquet: parquetWriter, arrow: arrowWriter };

/**
 * @param {any} snapshot an open one
 * @param {{ format: string, output: string, overwrite?: boolean, signal?: AbortSignal, onProgress?: (progress: { phase: string, fraction: number }) => unknown }} options
 * @returns {Promise<{ directory: string, format: string, tables: Array<{ name: string, path: string, rows: number, sizeBytes: number }> }>}
 */
async function exportTables(snapshot, { format, output, overwrite = false, signal, onProgress }) {
  const directory = path.resolve(output);
  const total = snapshot.nodeCount + snapshot.edgeCount;
  let done = 0;
  const onRows = (/** @type {string} */ phase, /** @type {number} */ count) => {
    done += count;
    onProgress?.({ phase, fraction: Math.min(1, done / total) });
  };
  /** @type {Array<{ name: string, path: string, rows: number, sizeBytes: number, draft: string }>} */
  const written = [];
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const fileOf = (/** @type {string} */ name) => path.join(directory, `${name}.${format}`);
    const taken = Object.keys(TABLES).map(fileOf).find(fs.existsSync);
    if (!overwrite && taken) throw new HeapAnalyzerError('ERR_HEAP_EXISTS', `${taken} exists already`);
    // Under names that nobody else has until all are whole, so that of several exports into one place the last one stays.
    const suffix = `${process.pid}-${randomBytes(6).toString('hex')}.part`;
    for (const name of Object.keys(TABLES)) {
      const draft = `${fileOf(name)}.${suffix}`;
      const table = { name, path: fileOf(name), rows: 0, sizeBytes: 0, draft };
      written.push(table);
      table.rows = await writeTable(snapshot, { name, format, draft, signal, onRows });
      table.sizeBytes = fs.statSync(draft).size;
    }
    for (const { draft, path: file } of written) settle(draft, file, overwrite);
  } catch (error) {
    for (const { draft } of written) fs.rmSync(draft, { force: true });
    if (signal?.aborted || !(/** @type {any} */ (error)?.syscall)) throw error;
    throw fromSystem(error, `write the tables in ${directory}`);
  }
  return {
    directory,
    format,
    tables: written.map(({ name, path: file, rows, sizeBytes }) => ({ name, path: file, rows, sizeBytes })),
  };
}

/**
 * @param {any} snapshot
 * @param {{ name: string, format: string, draft: string, signal?: AbortSignal, onRows: (name: string, count: number) => void }} how
 * @returns {Promise<number>} rows
 */
async function writeTable(snapshot, { name, format, draft, signal, onRows }) {
  const { columns, batches } = TABLES[name];
  const writer = await FORMATS[format](draft, columns);
  let rows = 0;
  try {
    for await (const batch of batches(snapshot, { signal })) {
      signal?.throwIfAborted();
      await writer.write(batch);
      const count = Object.values(batch)[0].length;
      rows += count;
      onRows(name, count);
      // The event loop has others to serve.
      await new Promise(setImmediate);
    }
    await writer.end();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return rows;
}

/**
 * Gives a whole table its name, at once. Without `overwrite` only if nobody took it meanwhile, where the file system can
 * do that.
 * @param {string} draft
 * @param {string} file
 * @param {boolean} overwrite
 */
function settle(draft, file, overwrite) {
  if (overwrite) return fs.renameSync(draft, file);
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EEXIST') throw new HeapAnalyzerError('ERR_HEAP_EXISTS', `${file} exists already`);
    return fs.renameSync(draft, file);
  }
  fs.rmSync(draft, { force: true });
}

/**
 * @param {string} file
 * @param {Record<string, import('./tables').ColumnType>} columns
 * @returns {Promise<Writer>}
 */
async function lineWriter(file, columns) {
  const names = Object.keys(columns);
  const handle = await fs.promises.open(file, 'wx', 0o600);
  return {
    async write(batch) {
      const count = batch[names[0]].length;
      let text = '';
      for (let row = 0; row < count; row++) {
        /** @type {Record<string, any>} */
        const one = {};
        for (const name of names) one[name] = batch[name][row];
        text += `${JSON.stringify(one)}\n`;
      }
      await handle.appendFile(text);
    },
    end: () => handle.close(),
    abandon: () => handle.close(),
  };
}

/**
 * @param {string} file
 * @param {Record<string, import('./tables').ColumnType>} columns
 * @returns {Promise<Writer>}
 */
async function parquetWriter(file, columns) {
  const { ParquetWriter, fileWriter } = await loadPeer('Parquet', 'hyparquet-writer');
  const handle = fileWriter(file);
  const schema = [
    { name: 'root', num_children: Object.keys(columns).length },
    ...Object.entries(columns).map(([name, type]) => ({
      name,
      type: type === 'STRING' ? 'BYTE_ARRAY' : type,
      ...(type === 'STRING' ? { converted_type: 'UTF8' } : {}),
      repetition_type: 'REQUIRED',
    })),
  ];
  const writer = new ParquetWriter({ writer: handle, schema });
  return {
    async write(batch) {
      const columnData = Object.entries(columns).map(([name, type]) => ({
        name,
        data: type === 'INT64' ? BigInt64Array.from(batch[name], BigInt) : batch[name],
      }));
      await writer.write({ columnData, rowGroupSize: columnData[0].data.length });
    },
    async end() {
      await writer.finish();
      fs.chmodSync(file, 0o600);
    },
    abandon: async () => {},
  };
}

module.exports = { FORMATS, exportTables };
