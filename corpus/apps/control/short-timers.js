// Debounced saves: many short timers, a few of them pending at any time.
'use strict';

const { createServer } = require('node:http');

const pending = new Map();
let saved = 0;

function save(document, text) {
  clearTimeout(pending.get(document)?.timer);
  const timer = setTimeout(() => {
    pending.delete(document);
    saved += 1;
  }, 30);
  pending.set(document, { text, timer, words: text.split('-') });
}

createServer((req, res) => {
  const [, document, text] = req.url.split('/');
  save(document, text);
  // Some things happen a little later, and then they are over.
  setTimeout(() => pending.get(document)?.words.reverse(), 5 + (text.length % 20));
  res.end(`${saved} saved, ${pending.size} to be saved`);
}).listen(process.env.PORT);
