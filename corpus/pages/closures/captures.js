'use strict';

// Scopes with variables that a living closure reads, and others that none does; V8's own tables of scopes tell which.
const rows = (count) => Array.from({ length: count }, (_, i) => ({ i }));

function forgets() {
  const unread = rows(5000);
  const read = rows(4000);
  (() => unread)();
  return () => read.length;
}

function inBlocks() {
  const kept = [];
  for (const round of ['one']) {
    const unreadInBlock = rows(3000);
    (() => unreadInBlock)();
    kept.push(() => round);
  }
  return kept;
}

// The inner function is made again whenever the outer one is called.
function remembers() {
  const readInside = rows(6000);
  return () => () => readInside;
}

function evaluates() {
  const perhapsRead = rows(7000);
  (() => perhapsRead)();
  // oxlint-disable-next-line no-eval -- it is what the tables leave out
  return (text) => eval(text);
}

function* waits() {
  const readLater = rows(8000);
  yield (() => readLater.length)();
  yield readLater;
}

window.kept = [forgets(), inBlocks(), remembers(), evaluates(), waits()];
window.kept[4].next();
window.refresh = () => {};
