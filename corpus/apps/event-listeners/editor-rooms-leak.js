// Editors of a shared document: each one listens to the document and is looked after by an interval. Two leaks.
'use strict';

const { EventEmitter } = require('node:events');
const http = require('node:http');

class SharedDocument extends EventEmitter {
  text = '';

  insert(part) {
    this.text = (this.text + part).slice(-200);
    this.emit('inserted', part);
  }
}

const shared = new SharedDocument().setMaxListeners(0);

class Presence {
  constructor(name) {
    this.name = name;
    this.colour = `#${name.length.toString(16).padStart(6, '0')}`;
    this.idle = 0;
  }

  watch() {
    setInterval(() => (this.idle += 1), 45_000);
  }
}

function join(name) {
  const view = {
    name,
    received: [],
    selection: { from: 0, to: 0 },
    permissions: ['read', 'comment', `as ${name}`],
  };
  shared.on('inserted', (part) => {
    view.received = [part];
  });
  new Presence(name).watch();
  return view;
}

http
  .createServer((req, res) => {
    const view = join(req.url.slice(1));
    res.end(`${view.name} sees ${shared.text.length} characters`);
  })
  .listen(process.env.PORT, () => shared.insert('hello'));
