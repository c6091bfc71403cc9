// Tells all threads when the menu changes. Each editor opens the channel, and closes it after saving.
'use strict';

const http = require('node:http');
const { BroadcastChannel } = require('node:worker_threads');

class Editor {
  constructor(name) {
    this.name = name;
    this.changes = [];
    this.channel = new BroadcastChannel('menu');
    this.channel.onmessage = (event) => this.changes.push(event.data);
  }

  save(menu) {
    this.channel.postMessage({ menu, by: this.name });
    this.channel.close();
    return { by: this.name, dishes: menu.length };
  }
}

http
  .createServer((req, res) => {
    const editor = new Editor(req.url);
    res.end(JSON.stringify(editor.save(['soup', 'bread'])));
  })
  .listen(process.env.PORT);
