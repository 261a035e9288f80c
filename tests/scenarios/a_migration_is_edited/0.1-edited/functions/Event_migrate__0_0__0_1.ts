export default function migrate(event: any) {
  return { ...event, loud: true };
}
