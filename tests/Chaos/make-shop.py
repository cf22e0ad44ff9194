#!/usr/bin/env python3
"""Makes a shop's CSV in the shape of Online Retail, for machines that do not have the real file.

    tests/Chaos/make-shop.py FILE [SEED] [INVOICES]

The same seed makes the same file. The file has what real files have: services beside goods, codes that differ only by case, one code on
several lines at two prices, gifts that cost nothing, customers without a number, write-offs, returns with and without a receipt.
"""
import csv
import random
import sys
from datetime import datetime, timedelta

SERVICES = [("POST", "POSTAGE"), ("M", "Manual"), ("C2", "CARRIAGE"), ("BANK CHARGES", "Bank Charges")]
WORDS = "WHITE RED LANTERN HEART MUG CANDLE GLASS BELL RIBBON TIN BAG CLOCK".split()


def main(path, seed=1, invoices=400):
    chance = random.Random(seed)
    goods = [(str(20000 + n), " ".join(chance.sample(WORDS, 3)), chance.randint(20, 1500)) for n in range(300)]
    # Codes are case-sensitive: these two are different products.
    goods += [("85123A", "WHITE HANGING HEART", 255), ("85123a", "CREAM HANGING HEART", 295)]
    now = datetime(2010, 12, 1, 8, 26)
    sold = []
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"])

        def write(invoice, code, name, quantity, pence, customer):
            price = f"{pence // 100}.{pence % 100:02}"
            out.writerow([invoice, code, name, quantity, f"{now:%Y-%m-%d %H:%M:%S}", price, customer, "United Kingdom"])

        for number in range(536365, 536365 + invoices):
            now += timedelta(minutes=chance.randint(1, 9))
            kind = chance.random()
            if kind < 0.03:
                code, name, _ = chance.choice(goods)
                write(number, code, "damages", -chance.randint(1, 20), 0, "")
            elif kind < 0.11 and sold:
                # Mostly what this customer bought, sometimes goods from before the file begins.
                customer, lines = chance.choice(sold)
                code, name, quantity, pence = chance.choice(lines)
                write(f"C{number}", code, name, -chance.randint(1, quantity), pence, customer if chance.random() < 0.7 else "17000.0")
            else:
                customer = "" if chance.random() < 0.2 else f"{chance.randint(17000, 17080)}.0"
                lines = []
                for code, name, pence in chance.sample(goods, min(len(goods), 1 + int(chance.expovariate(0.08)))):
                    for price in {pence, 0 if chance.random() < 0.01 else pence, pence * 9 // 10 if chance.random() < 0.05 else pence}:
                        lines.append((code, name, chance.choice([1, 2, 3, 6, 12, 48]), price))
                if chance.random() < 0.15:
                    code, name = chance.choice(SERVICES)
                    lines.append((code, name, 1, chance.randint(100, 4000)))
                for line in lines:
                    write(number, *line, customer)
                if customer:
                    sold.append((customer, lines))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
