"""How platforms call their columns in other languages: German, French, Spanish, Italian, Portuguese.

Headers are a hint only: a format is recognised by what stands below them. MT5 needs no table at all, its rows are
known by shape alone.
"""

from __future__ import annotations

_CTRADER = """
ID = Deal ID | Position ID | Order ID
Symbol = Simbolo | Símbolo | Symbole | Ativo
Opening Direction = Opening direction | Eröffnungsrichtung | Direction d'ouverture | Dirección de apertura
  | Direzione di apertura | Direção de abertura | Direction
Opening Time ({}) = Eröffnungszeit ({}) | Heure d'ouverture ({}) | Hora de apertura ({})
  | Orario di apertura ({}) | Horário de abertura ({}) | Opening Time | Opening time
Closing Time ({}) = Schließzeit ({}) | Schlusszeit ({}) | Heure de clôture ({}) | Hora de cierre ({})
  | Orario di chiusura ({}) | Horário de fechamento ({}) | Closing Time
Entry Price = Einstiegspreis | Einstiegskurs | Prix d'entrée | Precio de entrada | Prezzo di entrata
  | Preço de entrada
Closing Price = Schlusspreis | Schlusskurs | Prix de clôture | Precio de cierre | Prezzo di chiusura
  | Preço de fechamento
Closing Quantity = Schließungsmenge | Schlussmenge | Quantité de clôture | Cantidad de cierre
  | Quantità di chiusura | Quantidade de fechamento | Closing Volume
Commission = Commissions | Commissions {} | Commission {} | Provision | Kommission | Comisión | Comisiones
  | Commissione | Commissioni | Comissão | Comissões
Swap = Swap {} | Swaps
Gross {} = Brutto {} | Brut {} | Bruto {} | Lordo {} | Gross
Net {} = Netto {} | Nets {} | Neto {} | Líquido {} | Net
Balance {} = Kontostand {} | Saldo {} | Solde {} | Bilancio {} | Balance
Comment = Kommentar | Commentaire | Comentario | Commento | Comentário | Label
"""
_TRADINGVIEW = """
Trade # = Trade-Nr. | Trade Nr. | Trade-# | N° de trade | Trade n° | N.º de operación | Operación n.º | N. trade
  | Trade n. | Nº da negociação | Trade number
Type = Typ | Tipo
Signal = Signale | Señal | Segnale | Sinal
Date/Time = Date and time | Datum/Zeit | Datum und Uhrzeit | Date/Heure | Date et heure | Fecha/Hora
  | Fecha y hora | Data/Ora | Data e ora | Data/Hora | Data e hora
Price {} = Preis {} | Kurs {} | Prix {} | Precio {} | Prezzo {} | Preço {} | Price
Contracts = Quantity | Qty | Size | Position size (qty) | Size (qty) | Kontrakte | Menge | Contrats | Quantité
  | Contratos | Cantidad | Contratti | Quantità | Quantidade
Profit {} = P&L {} | Net P&L {} | Net PnL {} | Net PnL | PnL {} | Gewinn {} | Nettogewinn {} | Netto-G&V {} | G&V {}
  | Bénéfice {} | Beneficio {} | Ganancia {} | Profitto {} | Lucro {} | Profit | Net P&L | P&L
Run-up {} = Favorable excursion {} | Anstieg {} | Hausse {} | Subida {} | Run-up
Drawdown {} = Adverse excursion {} | Rückgang {} | Repli {} | Caída {} | Rebaixamento {} | Drawdown
"""
_NINJATRADER = """
Instrument = Strumento | Instrumento
Action = Aktion | Acción | Azione | Ação
Quantity = Menge | Quantité | Cantidad | Quantità | Quantidade
Price = Preis | Prix | Precio | Prezzo | Preço
Time = Zeit | Heure | Hora | Ora
Trade number = Trade-Nummer | Numéro de trade | Numéro de transaction | Número de operación | Numero trade
  | Número da negociação
Account = Konto | Compte | Cuenta | Conto | Conta
Strategy = Strategie | Stratégie | Estrategia | Strategia | Estratégia
Market pos. = Marktpos. | Pos. marché | Position sur le marché | Pos. mercado | Pos. mercato
Qty = Anz. | Qté | Cant. | Qtà | Qtd
Entry price = Einstiegspreis | Prix d'entrée | Precio de entrada | Prezzo di entrata | Preço de entrada
Exit price = Ausstiegspreis | Prix de sortie | Precio de salida | Prezzo di uscita | Preço de saída
Entry time = Einstiegszeit | Heure d'entrée | Hora de entrada | Ora di entrata
Exit time = Ausstiegszeit | Heure de sortie | Hora de salida | Ora di uscita | Hora de saída
Entry name = Einstiegsname | Nom d'entrée | Nombre de entrada | Nome entrata
Exit name = Ausstiegsname | Nom de sortie | Nombre de salida | Nome uscita
Profit = Gewinn | Bénéfice | Beneficio | Profitto | Lucro
Cum. net profit = Kum. Nettogewinn | Profit net cum. | Bénéfice net cum. | Beneficio neto acum.
Commission = Provision | Kommission | Comisión | Commissione | Comissão
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    table = {}
    for line in text.strip().replace("\n  |", " |").splitlines():
        name, _, others = line.partition(" = ")
        table[name] = tuple(other.strip() for other in others.split("|"))
    return table


TRANSLATIONS = {"ctrader": _table(_CTRADER), "tradingview": _table(_TRADINGVIEW), "ninjatrader": _table(_NINJATRADER)}


#: What TradingView calls the exit of a trade that has none yet.
STILL_OPEN = frozenset({"open", "offen", "ouvert", "ouverte", "abierto", "abierta", "aperto", "aperta", "aberto"})


def spelled(platform: str, name: str) -> tuple[str, ...]:
    """Other spellings of a column of a platform; empty for one that has none."""
    return TRANSLATIONS[platform].get(name, ())
