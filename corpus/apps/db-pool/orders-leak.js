// Orders from a database. When a query fails, its client never finds the way back into the pool.
'use strict';

const http = require('node:http');
const { Pool } = require('../../drivers/pg-like');

const db = new Pool({ max: 2000, application_name: 'orders' });

async function orderById(id) {
  const client = await db.connect();
  await client.query('BEGIN');
  const table = id % 2 === 0 ? 'missing' : 'orders';
  const { rows } = await client.query(`SELECT * FROM ${table} WHERE id = $1`, [id]);
  await client.query('COMMIT');
  client.release();
  return rows[0];
}

const server = http.createServer((req, res) => {
  orderById(Number(req.url.split('/').pop()))
    .then((order) => res.end(JSON.stringify(order)))
    .catch((error) => {
      res.statusCode = 404;
      res.end(JSON.stringify({ error: error.message }));
    });
});

server.listen(process.env.PORT);
