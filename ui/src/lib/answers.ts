// Questions that are asked again while an answer is under way, such as what fits a text that is being typed. Answers may
// arrive in any order; what is shown is never older than what was shown before.

export class Answers {
  /** Questions are numbered: an answer that arrives after that to a later question is no longer true. */
  #asked = 0;
  #answered = 0;

  /** Asks, and hands the answer on unless a later question has been answered already. Whether there was an answer at all:
      `undefined` is none. */
  async to<T>(question: () => Promise<T | undefined>, take: (answer: T) => void): Promise<boolean> {
    const asked = ++this.#asked;
    const answer = await question();
    if (answer === undefined) return false;
    if (asked > this.#answered) {
      this.#answered = asked;
      take(answer);
    }
    return true;
  }
}
