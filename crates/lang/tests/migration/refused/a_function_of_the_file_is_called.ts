const clean = (text: string) => text.trim();

export default function migrate(event) {
  return { ...event, text: clean(event.text) };
}
