// Collects failed checks for a dashboard. The messages are the same few texts, made anew each time.
'use strict';

const express = require('express');

class Dashboard {
  static messages = [];

  static add(check, host) {
    const text = JSON.parse(
      JSON.stringify(
        `The check ${check} has failed on ${host}; look into the runbook at https://wiki.example.org/runbooks/${check}, then restart ${host} and tell the team on duty about it.`,
      ),
    );
    Dashboard.messages.push(text);
    return text;
  }
}

const app = express();

app.post('/checks/:check/:host', (req, res) => {
  Dashboard.add(req.params.check, req.params.host);
  res.status(202).json({ messages: Dashboard.messages.length });
});

app.listen(process.env.PORT);
