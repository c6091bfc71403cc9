// Shows the latest messages. The rows of older ones are taken out, and kept.
'use strict';

const board = document.querySelector('main');
const removedRows = [];

function rowOf({ author, text }) {
  const row = document.createElement('div');
  row.className = 'message';
  row.append(Object.assign(document.createElement('b'), { textContent: author }), ` ${text}`);
  return row;
}

async function refresh() {
  const messages = await (await fetch('/messages')).json();
  for (const row of [...board.children]) {
    row.remove();
    removedRows.push(row);
  }
  board.append(...messages.map(rowOf));
}

// What the tests press.
globalThis.refresh = refresh;
