// A glossary with one instance for everybody, out of reach of everybody.
export class Glossary {
  static #instance = new Glossary();
  #explained = new Map();

  static get shared() {
    return Glossary.#instance;
  }

  explain(term) {
    let entry = this.#explained.get(term);
    if (!entry) {
      entry = { term, letters: [...term], text: `${term} is what ${term}s are` };
      this.#explained.set(term, entry);
    }
    return entry.text;
  }
}
