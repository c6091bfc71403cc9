// Translations in an LRU cache that fills up while the load is on, and then is full.
'use strict';

const http = require('node:http');
const LRU = require('lru-cache');

const translations = new LRU({ max: 200 });

class Translation {
  constructor(text) {
    this.text = text;
    this.words = text.split('-').map((word) => ({ word, translated: [...word].reverse().join('') }));
  }
}

http
  .createServer((req, res) => {
    const text = decodeURIComponent(req.url.slice(1));
    const known = translations.get(text);
    const translation = known ?? new Translation(text);
    if (!known) translations.set(text, translation);
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(translation.words));
  })
  .listen(process.env.PORT);
