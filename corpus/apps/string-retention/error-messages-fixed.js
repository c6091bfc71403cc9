// Collects failed checks for a dashboard. The messages are the same few texts, counted by text.
'use strict';

const express = require('express');

class Dashboard {
  static messages = new Map();

  static add(check, host) {
    const text = JSON.parse(
      JSON.stringify(
        `The check ${check} has failed on ${host}; look into the runbook at https://wiki.example.org/runbooks/${check}, then restart ${host} and tell the team on duty about it.`,
      ),
    );
    Dashboard.messages.set(text, (Dashboard.messages.get(text) ?? 0) + 1);
    return text;
  }
}

const app = express();

app.post('/checks/:check/:host', (req, res) => {
  Dashboard.add(req.params.check, req.params.host);
  res.status(202).json({ messages: Dashboard.messages.size });
});

app.listen(process.env.PORT);
