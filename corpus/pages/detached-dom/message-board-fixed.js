// Shows the latest messages. The rows of older ones are taken out.
'use strict';

const board = document.querySelector('main');

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
  }
  board.append(...messages.map(rowOf));
}

// What the tests press.
globalThis.refresh = refresh;
