// A hand-made LRU: a Map for the look-up, a linked list for the order.
'use strict';

const http = require('http');

class Entry {
  constructor(key, value) {
    this.key = key;
    this.value = value;
    this.older = null;
    this.newer = null;
  }
}

class Cache {
  constructor(capacity) {
    this.capacity = capacity;
    this.entries = new Map();
    this.newest = null;
    this.oldest = null;
  }

  get(key) {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.unlink(entry);
    this.push(entry);
    return entry.value;
  }

  set(key, value) {
    const entry = new Entry(key, value);
    this.entries.set(key, entry);
    this.push(entry);
    if (this.entries.size > this.capacity) {
      this.entries.delete(this.oldest.key);
      this.unlink(this.oldest);
    }
  }

  push(entry) {
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    this.newest = entry;
    this.oldest ??= entry;
  }

  unlink(entry) {
    if (entry.older) entry.older.newer = entry.newer;
    else this.oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.newest = entry.older;
    entry.older = null;
    entry.newer = null;
  }
}

const weather = new Cache(70);

http
  .createServer((req, res) => {
    const place = req.url.slice(1);
    let forecast = weather.get(place);
    if (!forecast) {
      forecast = {
        place,
        days: [1, 2, 3, 4].map((day) => ({ day, degrees: day * 3, text: `${place}, day ${day}` })),
      };
      weather.set(place, forecast);
    }
    res.end(JSON.stringify(forecast));
  })
  .listen(process.env.PORT);
