// The guide's pattern 4, "Timer/Interval Leaks", as it is written there: there is no way to log out.
const express = require('express');
const { randomUUID } = require('node:crypto');

const app = express();
app.use(express.json());

const generateSessionId = () => randomUUID();

const userSessions = new Map();

app.post('/api/login', (req, res) => {
  const sessionId = generateSessionId();

  // Timer never gets cleared if user doesn't logout properly
  const timeout = setTimeout(
    () => {
      userSessions.delete(sessionId);
    },
    30 * 60 * 1000,
  ); // 30 minutes

  userSessions.set(sessionId, { user: req.body.user, timeout });
  res.json({ sessionId });
});

app.listen(process.env.PORT || 3000);
