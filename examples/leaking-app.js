'use strict';
// An app that leaks, to try things on: npx heap-analyzer record --url 'http://localhost:3000/user/{i}' -- node leaking-app.js

const express = require('express');
const { heapSnapshotHandler } = require('heap-analyzer');

const app = express();
const profiles = new Map(); // never emptied: here is the leak

class Profile {
  constructor(id) {
    this.id = id;
    this.seen = [new Date()];
  }
}

app.get('/user/:id', (req, res) => {
  const { id } = req.params;
  if (!profiles.has(id)) profiles.set(id, new Profile(id));
  res.json(profiles.get(id));
});

app.use('/debug/heap-snapshot', heapSnapshotHandler({ loopback: true }));

app.listen(process.env.PORT || 3000);
