// A glossary with one instance for everybody, out of reach of everybody. It knows seventy terms at a time.
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
      if (this.#explained.size > 70) this.#explained.delete(this.#explained.keys().next().value);
    }
    return entry.text;
  }
}
