"""The same network in PyTorch, to be measured against; nothing else uses it."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from cdcc_tf.models.encoders import scaled

ENCODER = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512)
DECODER = (512, 512, 512, 256, 128, 64)
GRID = 8


def convolutions(
  channels: int, counts: tuple, dilation: int, width: float
) -> nn.Sequential:
  """Builds 3x3 convolutions with ReLU; "M" is a 2x2 pooling."""
  layers: list[nn.Module] = []
  for count in counts:
    if count == "M":
      layers.append(nn.MaxPool2d(2))
      continue
    count = scaled(count, width)
    layers.append(
      nn.Conv2d(channels, count, 3, padding=dilation, dilation=dilation)
    )
    layers.append(nn.ReLU(inplace=True))
    channels = count
  return nn.Sequential(*layers)


class Scan(nn.Module):
  """Down-up or left-right pass with one shared convolution."""

  def __init__(self, axis: int, channels: int):
    super().__init__()
    kernel = (1, 9) if axis == 2 else (9, 1)
    self.axis = axis
    self.conv = nn.Conv2d(
      channels, channels, kernel, padding=(kernel[0] // 2, kernel[1] // 2)
    )

  def forward(self, features: torch.Tensor) -> torch.Tensor:
    """Maps [batch, channels, height, width] to the same shape."""
    lines = list(features.split(1, self.axis))
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
      for index in order:
        message = functional.relu(self.conv(lines[index - order.step]))
        lines[index] = lines[index] + message
    return torch.cat(lines, self.axis)


class TorchSFCN(nn.Module):
  """Encoder, density decoder with one mask a training example, orientation."""

  def __init__(self, masks: np.ndarray, width: float = 1.0):
    super().__init__()
    features, last = scaled(512, width), scaled(64, width)
    self.encoder = convolutions(3, ENCODER, 1, width)
    self.shared = convolutions(features, DECODER[:1], 2, width)
    self.masked = convolutions(features, DECODER[1:], 2, width)
    self.scans = nn.Sequential(Scan(2, last), Scan(3, last))
    self.head = nn.Conv2d(last, 2, 1)
    self.orientation = convolutions(features, DECODER, 2, width)
    self.logits = nn.Linear(last * GRID**2, 2)
    self.register_buffer("masks", torch.tensor(masks))

  def density(self, features: torch.Tensor) -> torch.Tensor:
    """Predicts [batch, 2, height/8, width/8]: density, log variance."""
    features = self.shared(features)
    if self.training:
      index = torch.arange(len(features)) % len(self.masks)
      weights = self.masks[index]
    else:
      weights = self.masks.mean(0, keepdim=True)
    features = features * weights[:, :, None, None].to(features.dtype)
    return self.head(self.scans(self.masked(features))).float()

  def orient(self, features: torch.Tensor) -> torch.Tensor:
    """Predicts logits [batch, 2]."""
    pooled = functional.adaptive_avg_pool2d(self.orientation(features), GRID)
    return self.logits(pooled.flatten(1)).float()


def train_step(
  masks: np.ndarray,
  width: float,
  batch: dict,
  precision: str,
  both_branches: bool = False,
) -> Callable[[], float]:
  """Returns a training step in PyTorch's best form on a CPU: channels_last.

  Args:
    masks: array of shape [masks, channels].
    width: multiplies the channels.
    batch: of numpy arrays, in the form of the batch dict.
    precision: float32 or bfloat16.
    both_branches: whether the source's pictures go through both decoders, and
      the target's through none.
  """
  network = TorchSFCN(masks, width).to(memory_format=torch.channels_last)
  network.train()
  optimizer = torch.optim.AdamW(network.parameters(), 1e-5)
  source, target = batch["source"], batch["target"]
  pictures = [source["image"]]
  if not both_branches:
    pictures.append(target["image"])
  images = torch.tensor(np.concatenate(pictures) / 255).permute(0, 3, 1, 2)
  images = images.contiguous(memory_format=torch.channels_last)
  density = torch.tensor(source["density"]).permute(0, 3, 1, 2) * 100
  labels = torch.tensor(target["orientation"]).long()

  def step() -> float:
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
      features = network.encoder(images)
      maps = network.density(features[: len(density)])
      logits = network.orient(
        features if both_branches else features[len(density) :]
      )
    mean = functional.relu(maps[:, :1])
    deviation = maps[:, 1:].clamp(0.5, 400)
    log_variance = 2 * torch.log(deviation)
    likelihood = 0.5 * (
      torch.exp(-log_variance) * (density - mean) ** 2 + log_variance
    )
    weighted = likelihood * torch.exp(0.5 * log_variance).detach()
    loss = weighted.mean() + functional.cross_entropy(logits, labels)
    loss.backward()
    optimizer.step()
    return float(loss.detach())

  return step


def counter(
  masks: np.ndarray, width: float, image: np.ndarray, precision: str
) -> Callable[[], float]:
  """Returns the count of one uint8 picture [height, width, 3]."""
  network = TorchSFCN(masks, width).to(memory_format=torch.channels_last)
  network.eval()

  def count() -> float:
    with (
      torch.inference_mode(),
      torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"),
    ):
      pixels = torch.tensor(image).permute(2, 0, 1)[None].float() / 255
      pixels = pixels.contiguous(memory_format=torch.channels_last)
      maps = network.density(network.encoder(pixels))
      return float(functional.relu(maps[:, 0]).sum())

  return count
