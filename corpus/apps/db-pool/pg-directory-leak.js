// A directory of users in PostgreSQL, the guide's pattern 3 with pg: no client goes back into the pool, so from the
// eleventh request on everybody waits.
const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();

// Connections not properly returned to pool
app.get('/api/users', async (req, res) => {
  const client = await pool.connect();
  const users = await client.query('SELECT * FROM users');
  res.json(users.rows);
  // Missing: client.release()
});

app.listen(process.env.PORT || 3000);
