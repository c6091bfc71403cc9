// @ts-check
'use strict';

/**
 * A table as an Arrow file (Arrow's IPC file format), by `apache-arrow`, a peer that only those install who want that.
 * What is written of a batch goes to the disk before the next is asked for: the package's writer alone would keep all.
 */

const fs = require('node:fs');
const { HeapAnalyzerError } = require('../errors');
const { loadPeer } = require('./peer');

/** Arrow's texts are counted by 32 bits: bytes of one column in one batch. */
const MOST_TEXT = 2 ** 31 - 1;

/**
 * @param {string} file
 * @param {Record<string, import('./tables').ColumnType>} columns none of them has nulls
 * @returns {Promise<import('./export').Writer>}
 */
async function arrowWriter(file, columns) {
  const { Field, Int32, Int64, RecordBatch, RecordBatchFileWriter, Schema, Struct, Utf8, makeData } =
    await loadPeer('Arrow', 'apache-arrow');
  const types = { INT32: new Int32(), INT64: new Int64(), STRING: new Utf8() };
  const fields = Object.entries(columns).map(([name, type]) => new Field(name, types[type], false));
  const schema = new Schema(fields);
  const handle = await fs.promises.open(file, 'wx', 0o600);
  const writer = new RecordBatchFileWriter();
  // A table without rows has columns too.
  writer.reset(undefined, schema);
  const chunks = writer[Symbol.asyncIterator]();
  let next = chunks.next();

  /** Everything that the writer has by now. */
  async function drain() {
    for (;;) {
      // The writer is done with a batch when it returns, so what is still awaited a turn later is not there yet.
      const chunk = await Promise.race([next, new Promise((resolve) => void setImmediate(resolve, null))]);
      if (chunk === null || chunk.done) return;
      next = chunks.next();
      await handle.appendFile(chunk.value);
    }
  }

  return {
    async write(batch) {
      const children = Object.entries(columns).map(([name, type]) =>
        makeData({ type: types[type], nullCount: 0, ...buffers(batch[name], type) }),
      );
      const { length } = children[0];
      const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
      writer.write(new RecordBatch(schema, data));
      await drain();
    },
    async end() {
      writer.finish();
      await drain();
      await handle.close();
    },
    abandon: () => handle.close(),
  };
}

/**
 * A column as Arrow lays it out.
 * @param {any[]} values
 * @param {import('./tables').ColumnType} type
 */
function buffers(values, type) {
  const { length } = values;
  if (type === 'INT32') return { length, data: Int32Array.from(values) };
  if (type === 'INT64') return { length, data: BigInt64Array.from(values, BigInt) };
  const valueOffsets = new Int32Array(length + 1);
  let end = 0;
  for (let row = 0; row < length; row++) {
    end += Buffer.byteLength(values[row]);
    if (end > MOST_TEXT) {
      throw new HeapAnalyzerError(
        'ERR_HEAP_UNSUPPORTED',
        'more than 2 GiB of text in one batch of rows, which Arrow cannot number: use --format ndjson',
      );
    }
    valueOffsets[row + 1] = end;
  }
  const data = Buffer.allocUnsafe(end);
  for (let row = 0; row < length; row++) data.write(values[row], valueOffsets[row]);
  return { length, valueOffsets, data };
}

module.exports = { arrowWriter };
