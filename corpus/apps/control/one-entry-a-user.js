// What each user of a small company likes, one entry a user. Some have not been here before, fewer each hour.
'use strict';

const http = require('node:http');

const preferences = {};

http
  .createServer((req, res) => {
    const user = req.url.slice(1);
    preferences[user] ??= {
      user,
      since: new Date(),
      language: 'en',
      columns: ['name', 'date', 'size'],
      visits: 0,
    };
    preferences[user].visits += 1;
    res.end(`${user} was here ${preferences[user].visits} times`);
  })
  .listen(process.env.PORT);
