// A community site with two leaks that have nothing to do with each other: profiles and a list of events.
'use strict';

const express = require('express');

const profiles = new Map();
const activity = [];

function profileOf(name) {
  if (!profiles.has(name)) {
    const badges = ['new', 'curious', 'helpful'].map((badge) => ({ badge, since: Date.now(), of: name }));
    profiles.set(name, { name, badges, about: `${name} has not written anything yet.`, followers: [] });
  }
  return profiles.get(name);
}

const app = express();
app.disable('x-powered-by');

app.get('/profiles/:name', (req, res) => {
  res.json(profileOf(req.params.name));
});

app.post('/activity', express.json(), (req, res) => {
  activity.push({ ...req.body, receivedAt: new Date(), headers: { ...req.headers } });
  res.status(202).end();
});

app.listen(process.env.PORT ?? 3000);
