// Pages are compiled from templates when they are first asked for, forty of them, after the baseline.
const express = require('express');
const ejs = require('ejs');

const app = express();
const compiled = new Map();

const source = (number) => `<h1>Chapter ${number}</h1>
<% for (const part of parts) { %><p><%= part %></p><% } %>`;

app.get('/chapters/:number', (req, res) => {
  const number = Number(req.params.number) % 40;
  if (!compiled.has(number)) compiled.set(number, ejs.compile(source(number)));
  res.send(compiled.get(number)({ parts: ['one', 'two', `three of ${number}`] }));
});

app.get('/health', (req, res) => res.send('ok'));

app.listen(process.env.PORT);
