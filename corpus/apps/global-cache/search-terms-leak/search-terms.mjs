// What visitors have searched for. The list is exported as it is; whoever wants it reads it.
export const list = [];

export function remember(term, hits) {
  list.push({ term, hits, words: term.split('-'), at: new Date() });
}
