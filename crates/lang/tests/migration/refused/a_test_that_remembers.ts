const WORD = /[a-z]+/g;

export default function migrate(event) {
  return WORD.test(event.text) ? event : null;
}
