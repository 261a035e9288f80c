from models.new import Payment

CENTS = 100


def migrate(payment):
    if payment.cents < 0:
        raise ValueError(f"negative amount: {payment.cents}")
    fee = payment.fee if payment.fee is not None else 0
    amount = payment.cents / CENTS
    return Payment(
        id=payment.id,
        amount=amount,
        whole=payment.cents // CENTS,
        rest=payment.cents % CENTS,
        net=payment.cents - fee,
        rounded=round(payment.rate, 2),
        total=amount * payment.rate,
        shown=f"{payment.rate:.2f} {payment.currency}",
        label=f"{payment.cents // CENTS}.{payment.cents % CENTS:02d} {payment.currency.upper()}",
        odd=payment.cents % 2 == 1,
    )
