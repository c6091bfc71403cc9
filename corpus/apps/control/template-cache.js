// A fixed set of templates with the cache of the template engine, full from the start.
const http = require('node:http');
const ejs = require('ejs');

const templates = ['welcome', 'order', 'invoice', 'reminder', 'goodbye'].map((name) => ({
  name,
  text: `<h1>${name}</h1><p>for <%= user %></p><% if (user.length > 3) { %><p>long name</p><% } %>`,
}));

http
  .createServer((req, res) => {
    const number = Number(req.url.slice(1));
    const { name, text } = templates[number % templates.length];
    const html = ejs.render(text, { user: `user ${number}` }, { cache: true, filename: name });
    res.setHeader('content-type', 'text/html');
    res.end(html);
  })
  .listen(process.env.PORT);
