"""The formats, one line each. Order does not matter: the surest one reads the file."""

from __future__ import annotations

from ingestion.trading.reading.formats.atas import AtasTrades
from ingestion.trading.reading.formats.base import Format
from ingestion.trading.reading.formats.binance import BinanceFutures, BinanceSpot, BinanceSpotOld
from ingestion.trading.reading.formats.bybit import BybitClosed
from ingestion.trading.reading.formats.ctrader import CTrader
from ingestion.trading.reading.formats.etrade import Etrade
from ingestion.trading.reading.formats.ibkr_activity import IbkrActivity
from ingestion.trading.reading.formats.ibkr_flex import IbkrFlex
from ingestion.trading.reading.formats.ibkr_history import IbkrHistory
from ingestion.trading.reading.formats.kraken import KrakenTrades
from ingestion.trading.reading.formats.metatrader4 import MetaTrader4
from ingestion.trading.reading.formats.metatrader5 import MetaTrader5
from ingestion.trading.reading.formats.ninjatrader import NinjaExecutions, NinjaTrades
from ingestion.trading.reading.formats.projectx import ProjectX, ProjectXOrders
from ingestion.trading.reading.formats.rithmic import RithmicOrders, RithmicPerformance
from ingestion.trading.reading.formats.schwab import Schwab
from ingestion.trading.reading.formats.tastytrade import Tastytrade
from ingestion.trading.reading.formats.thinkorswim import Thinkorswim
from ingestion.trading.reading.formats.tradingview import TradingView
from ingestion.trading.reading.formats.tradovate import TradovateOrders, TradovatePerformance, TradovatePositions
from ingestion.trading.reading.formats.webull import Webull

FORMATS: tuple[Format, ...] = (
    MetaTrader4(),
    MetaTrader5(),
    CTrader(),
    TradingView(),
    IbkrActivity(),
    IbkrFlex(),
    IbkrHistory(),
    Thinkorswim(),
    TradovatePerformance(),
    TradovatePositions(),
    TradovateOrders(),
    ProjectX(),
    ProjectXOrders(),
    NinjaExecutions(),
    NinjaTrades(),
    RithmicOrders(),
    RithmicPerformance(),
    BinanceSpot(),
    BinanceSpotOld(),
    BinanceFutures(),
    BybitClosed(),
    KrakenTrades(),
    AtasTrades(),
    Tastytrade(),
    Webull(),
    Schwab(),
    Etrade(),
)
