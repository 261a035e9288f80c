export default function migrate(event: any) {
  return { ...event, loud: Math.random() < 0.5 };
}
