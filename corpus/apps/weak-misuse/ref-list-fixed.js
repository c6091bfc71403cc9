// Broadcasts to whoever is still there: subscribers are held weakly, in a list that is tidied up when somebody joins.
'use strict';

const { createServer } = require('node:http');

class Hub {
  #subscribers = [];

  join(subscriber) {
    this.#subscribers = this.#subscribers.filter((ref) => ref.deref());
    this.#subscribers.push(new WeakRef(subscriber));
  }

  broadcast(text) {
    let reached = 0;
    for (const ref of this.#subscribers) {
      const subscriber = ref.deref();
      if (!subscriber) continue;
      subscriber.inbox.push(text);
      reached += 1;
    }
    return reached;
  }
}

const hub = new Hub();

createServer((req, res) => {
  if (req.method === 'POST') return res.end(String(hub.broadcast(req.url)));
  hub.join({ name: req.url, inbox: [], colour: 'green' });
  return res.end('joined');
}).listen(process.env.PORT);
