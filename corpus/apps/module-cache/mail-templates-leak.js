// Mails from ejs templates. The compiled function is cached by the text of the template, which has the name in it.
const express = require('express');
const ejs = require('ejs');

const app = express();
const compiled = {};

const layout = (name) => `<h1>Dear ${name}</h1>
<ul><% for (const item of items) { %><li><%= item %></li><% } %></ul>
<p>Yours, <%= sender %></p>`;

function render(template, data) {
  compiled[template] = compiled[template] || ejs.compile(template);
  return compiled[template](data);
}

app.get('/mail/:name', (req, res) => {
  const html = render(layout(req.params.name), { items: ['tea', 'milk'], sender: 'the shop' });
  res.type('html').send(html);
});

app.listen(process.env.PORT);
