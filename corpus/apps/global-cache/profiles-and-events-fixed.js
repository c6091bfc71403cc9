// A community site that keeps the latest profiles and events only.
'use strict';

const express = require('express');

const profiles = new Map();
const activity = [];

function profileOf(name) {
  if (!profiles.has(name)) {
    const badges = ['new', 'curious', 'helpful'].map((badge) => ({ badge, since: Date.now(), of: name }));
    if (profiles.size > 50) profiles.delete(profiles.keys().next().value);
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
  if (activity.length > 50) activity.shift();
  res.status(202).end();
});

app.listen(process.env.PORT ?? 3000);
