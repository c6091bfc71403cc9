// A directory of users in PostgreSQL, the guide's pattern 3 with its solution, with pg.
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

app.get('/api/users', async (req, res) => {
  let client;
  try {
    client = await pool.connect();
    const users = await client.query('SELECT * FROM users');
    res.json(users.rows);
  } catch (error) {
    res.status(500).json({ error: error.message });
  } finally {
    if (client) client.release();
  }
});

app.listen(process.env.PORT || 3000);
