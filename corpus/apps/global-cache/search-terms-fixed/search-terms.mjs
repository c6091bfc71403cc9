// What visitors have searched for. The list is exported as it is; whoever wants it reads it. It ends at sixty.
export const list = [];

export function remember(term, hits) {
  list.push({ term, hits, words: term.split('-'), at: new Date() });
  if (list.length > 60) list.splice(0, 20);
}
