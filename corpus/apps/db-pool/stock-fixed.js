// Stock levels. The pool gives ten connections, and gets them back.
const http = require('node:http');
const mysql = require('../../drivers/mysql2-like');

const pool = mysql.createPool({ host: 'db.internal', connectionLimit: 10 });

const routes = new Map();

routes.set('/stock', async (query) => {
  const connection = await pool.getConnection();
  const [rows] = await connection
    .query('SELECT level FROM stock WHERE sku = ?', [query.get('sku')])
    .finally(() => connection.release());
  return { sku: query.get('sku'), level: rows.length };
});

const timeLimit = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds, { error: 'the database is busy' });
  });

http
  .createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://stock');
    const route = routes.get(pathname);
    if (!route) return res.writeHead(404).end();
    const answer = await Promise.race([route(searchParams), timeLimit(3)]);
    res.writeHead(answer.error ? 429 : 200, { 'content-type': 'application/json' });
    return res.end(JSON.stringify(answer));
  })
  .listen(process.env.PORT);
