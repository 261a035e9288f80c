export default function migrate(event) {
  return { ...event, text: event.text.replace(/[a-z]+/g, (word) => word.toUpperCase()) };
}
